using System.Text;
using System.Text.Json;

namespace DpuCluster.Cli.Migration;

/// <summary>Reads JSON, one document or several in a row, as pieces that know where they stand.</summary>
internal static class JsonSource
{
    /// <summary>The roots of the documents; null where the text is no JSON.</summary>
    public static IReadOnlyList<SourceNode>? TryRead(string text)
    {
        if (!text.AsSpan().TrimStart().StartsWith("{"))
        {
            return null;
        }

        try
        {
            return Read(text);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Flow-style YAML, or wrong in both: then the YAML reader tells where.
            return null;
        }
    }

    private static List<SourceNode> Read(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var places = new Places(bytes);
        var roots = new List<SourceNode>();
        var open = new Stack<SourceNode>();
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { AllowMultipleValues = true });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                open.Pop().End = places.IndexOf((int)reader.BytesConsumed).Index;
                continue;
            }

            var (start, line) = places.IndexOf((int)reader.TokenStartIndex);
            var node = reader.TokenType switch
            {
                JsonTokenType.StartObject => new SourceNode(SourceKind.Mapping, start, line) { IsFlow = true },
                JsonTokenType.StartArray => new SourceNode(SourceKind.Sequence, start, line) { IsFlow = true },
                _ => new SourceNode(SourceKind.Scalar, start, line) { Text = Value(ref reader), End = start + Length(ref reader) },
            };
            (open.TryPeek(out var parent) ? parent.Children : roots).Add(node);
            if (node.Kind != SourceKind.Scalar)
            {
                open.Push(node);
            }
            else if (parent?.Kind == SourceKind.Mapping && reader.TokenType == JsonTokenType.PropertyName && IsThereTwice(parent, node.Text))
            {
                throw new JsonException("a name is there twice");
            }
        }

        return roots;
    }

    /// <summary>Of the children every other one is a name; the last is the one in question.</summary>
    private static bool IsThereTwice(SourceNode mapping, string name) =>
        mapping.Children.Where((_, i) => i % 2 == 0).SkipLast(1).Any(key => key.Text == name);

    private static string Value(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan);

    /// <summary>In characters, with the quotes.</summary>
    private static int Length(ref Utf8JsonReader reader) =>
        Encoding.UTF8.GetCharCount(reader.ValueSpan) + (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName ? 2 : 0);

    /// <summary>Finds characters and lines of bytes that are asked for in ascending order.</summary>
    private sealed class Places(byte[] bytes)
    {
        private int _byte;
        private int _character;
        private int _line = 1;

        public (int Index, int Line) IndexOf(int at)
        {
            var passed = bytes.AsSpan(_byte, at - _byte);
            _character += Encoding.UTF8.GetCharCount(passed);
            _line += passed.Count((byte)'\n');
            _byte = at;
            return (_character, _line);
        }
    }
}
