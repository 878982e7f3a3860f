using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DpuCluster.Kubernetes.Serialization;

/// <summary>Writes JSON as YAML.</summary>
internal static class YamlWriter
{
    public static string Write(JsonNode? node)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        // Long lines are not folded: people compare and search such files line by line.
        var emitter = new Emitter(text, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024, skipAnchorName: true));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, node);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    private static void Emit(Emitter emitter, JsonNode? node)
    {
        switch (node)
        {
            case null:
                emitter.Emit(Plain("null"));
                break;
            case JsonObject members:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, members.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var (name, value) in members)
                {
                    emitter.Emit(Text(name));
                    Emit(emitter, value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonArray items:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, items.Count == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var item in items)
                {
                    Emit(emitter, item);
                }

                emitter.Emit(new SequenceEnd());
                break;
            default:
                emitter.Emit(node.GetValueKind() == JsonValueKind.String ? Text(node.GetValue<string>()) : Plain(Json(node)));
                break;
        }
    }

    private static string Json(JsonNode node)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            node.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static Scalar Plain(string text) => new(AnchorName.Empty, TagName.Empty, text, ScalarStyle.Plain, isPlainImplicit: true, isQuotedImplicit: false);

    private static Scalar Text(string text)
    {
        // Lines of text stay readable; whatever a reader could take for something else, or that needs escapes, is quoted.
        var style = text switch
        {
            _ when NeedsEscapes(text) => ScalarStyle.DoubleQuoted,
            _ when text.Contains('\n', StringComparison.Ordinal) => IsLiteral(text) ? ScalarStyle.Literal : ScalarStyle.DoubleQuoted,
            "<<" or "=" => ScalarStyle.SingleQuoted,
            _ when YamlScalars.Resolve(text).Type != YamlScalars.Type.Text || LooksLikeNumber(text) => ScalarStyle.DoubleQuoted,
            _ => ScalarStyle.Any,
        };
        return new(AnchorName.Empty, TagName.Empty, text, style, isPlainImplicit: true, isQuotedImplicit: true);
    }

    private static bool NeedsEscapes(string text) =>
        text.Any(character => character != '\n' && (char.IsControl(character) || char.IsSurrogate(character) || character is '\u2028' or '\u2029' or '\uFEFF' or '\u0085'));

    private static bool IsLiteral(string text) =>
        text[0] is not (' ' or '\n') && !text.Contains(" \n", StringComparison.Ordinal) && text[^1] != ' ' && !text.EndsWith("\n\n", StringComparison.Ordinal);

    // Times, versions and the like: other readers type them otherwise.
    private static bool LooksLikeNumber(string text) => text[0] is '+' or '-' or '.' or (>= '0' and <= '9') && text.All(character => character is '+' or '-' or '.' or ':' or '_' || char.IsAsciiHexDigit(character) || character is 'x' or 'o' or 'T' or 'Z');
}
