using System.Text.RegularExpressions;

namespace DpuCluster.ApiServer.Regexes;

/// <summary>A regular expression that kube-apiserver would refuse; the message is the one it gives.</summary>
internal sealed class GoRegexException(string message) : FormatException("error parsing regexp: " + message);

/// <summary>
/// Regular expressions in the syntax that kube-apiserver takes (RE2), run by .NET in linear time. The two syntaxes are
/// close, not equal: there <c>$</c> is the very end of the text, <c>\d</c>, <c>\w</c> and <c>\s</c> are ASCII, and
/// neither look-around nor back-references exist.
/// </summary>
internal static class GoRegex
{
    /// <exception cref="GoRegexException">The pattern is not a regular expression.</exception>
    public static Regex Compile(string pattern) => Compile(pattern, out _);

    /// <param name="pattern">The pattern.</param>
    /// <param name="size">About how many states the automaton has: what one character costs at worst.</param>
    /// <exception cref="GoRegexException">The pattern is not a regular expression.</exception>
    public static Regex Compile(string pattern, out long size)
    {
        var translation = new GoRegexTranslation(pattern);
        var translated = translation.Translate();
        size = translation.Size;
        try
        {
            return new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new GoRegexException($"invalid or unsupported Perl syntax: `{pattern}`");
        }
    }
}
