using System.Text;

namespace DpuCluster.Kubernetes.Serialization;

/// <summary>Makes text that somebody else has written fit for a message of ours: a log, an event, a status.</summary>
public static class ForeignText
{
    /// <summary>The text on one line, without control characters, and cut where it is too long.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="max">How many characters are kept, at least 1; <c>…</c> tells that there were more.</param>
    public static string Printable(ReadOnlySpan<char> text, int max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        var kept = text[..Math.Min(text.Length, max)];
        var builder = new StringBuilder(kept.Length + 2);
        foreach (var character in kept)
        {
            // Half of a pair, as a cut leaves it, cannot be written as UTF-8.
            builder.Append(char.IsControl(character) || char.IsSurrogate(character) ? ' ' : character);
        }

        return builder.ToString().Trim() + (text.Length > max ? " …" : "");
    }
}
