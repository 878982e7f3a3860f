using System.Text.Json.Nodes;

namespace DpuCluster.Kubernetes.Tests.Serialization;

/// <summary>JSON of every shape, and text that is hard on writers.</summary>
internal static class RandomJson
{
    private static readonly string[] Texts =
    [
        "", " ", "yes", "null", "~", "0777", "1e3", "<<", "=", "a: b", "- a", "# c", "a #b", "line\nline\n", "line\n\n\nline", "\n", "\nx", " lead\n", "trail \nx", "x\n\n",
        "tab\there", "\u0001", "\u0085", "\u2028", "\uFEFF", "😀", "%x", "@x", "`x", "&a", "*a", "!t", "|", ">", "'", "\"", "\\", "{", "}", "[", "]", ",", "?", "? a", ":", "a:", "-", "---", "...",
        "2001-01-01", "1:30", "0x1F", ".5", "+1", "true", "é", "x\r\ny", "\r", "a\n b\n  c\n", "---\na", "...\n", new('x', 300), "word " + new string('y', 200) + " word",
    ];

    public static JsonNode? Node(Random random, int depth) => random.Next(depth > 4 ? 5 : 8) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(2) == 0),
        2 => JsonValue.Create(random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(63)),
        3 => JsonValue.Create((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-20, 20)) + 0.123),
        4 => JsonValue.Create(Text(random)),
        5 or 6 => Object(random, depth),
        _ => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Node(random, depth + 1))]),
    };

    private static JsonObject Object(Random random, int depth)
    {
        var members = new JsonObject();
        for (var count = random.Next(5); count > 0; count--)
        {
            members[Text(random)] = Node(random, depth + 1);
        }

        return members;
    }

    private static string Text(Random random) => random.Next(3) switch
    {
        0 => Texts[random.Next(Texts.Length)],
        1 => Texts[random.Next(Texts.Length)] + Texts[random.Next(Texts.Length)],
        _ => $"name{random.Next(20)}",
    };
}
