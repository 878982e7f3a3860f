using System.Globalization;

namespace DpuCluster.Testing;

/// <summary>Makes broken and odd texts of good ones, the same for the same seed: for parsers, which must take or refuse them all.</summary>
/// <param name="random">Decides.</param>
/// <param name="good">Texts that are well-formed.</param>
/// <param name="pieces">What is put in: tokens of the language, and what no text of it has.</param>
public sealed class TextMutations(Random random, IReadOnlyList<string> good, IReadOnlyList<string> pieces)
{
    private const int Longest = 64 * 1024;

    /// <summary>How many texts a test tries: the given number, or that of the environment variable, for a night.</summary>
    public static int Count(int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable("DPUCLUSTER_TEST_FUZZ"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : usual;

    /// <summary>One of the good texts with a few changes.</summary>
    public string Next()
    {
        var text = good[random.Next(good.Count)];
        for (var n = random.Next(1, 5); n > 0; n--) text = Change(text);
        return text.Length > Longest ? text[..Longest] : text;
    }

    /// <summary>Pieces without any order.</summary>
    public string Assembled() => string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => Piece()));

    private string Piece() => pieces[random.Next(pieces.Count)];

    private string Change(string text)
    {
        var at = random.Next(text.Length + 1);
        var length = Math.Min(random.Next(1, 8), text.Length - at);
        return random.Next(8) switch
        {
            0 => text.Remove(at, length),
            1 => text.Insert(at, Piece()),
            2 => text.Remove(at, length).Insert(at, Piece()),
            3 => text.Insert(at, text.Substring(at, length)),
            4 => text.Insert(at, good[random.Next(good.Count)]),
            5 => text.Insert(at, string.Concat(Enumerable.Repeat(Piece(), random.Next(1, 300)))),
            6 => text[..at],
            _ => text.Insert(at, ((char)random.Next(1, 0xFFFF)).ToString()),
        };
    }
}
