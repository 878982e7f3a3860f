using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DpuCluster.CrdGenerator;

/// <summary>Writes JSON as YAML that is pleasant to read: block style, long sentences folded, no needless quotes.</summary>
internal static partial class YamlText
{
    // The emitter breaks a line at the first space after this column.
    private const int Width = 100;

    public static string Write(JsonNode node)
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var emitter = new Emitter(writer, new EmitterSettings().WithBestWidth(Width));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, node, depth: 0);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return writer.ToString();
    }

    private static void Emit(Emitter emitter, JsonNode? node, int depth)
    {
        switch (node)
        {
            case JsonObject map:
                emitter.Emit(new MappingStart(default, default, isImplicit: true, map.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var (key, value) in map)
                {
                    EmitString(emitter, key, depth);
                    Emit(emitter, value, depth + 1);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonArray list:
                emitter.Emit(new SequenceStart(default, default, isImplicit: true, list.Count == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var item in list)
                {
                    Emit(emitter, item, depth + 1);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                EmitString(emitter, value.GetValue<string>(), depth);
                break;
            default:
                emitter.Emit(new Scalar(default, default, node?.ToJsonString() ?? "null", ScalarStyle.Plain, true, false));
                break;
        }
    }

    private static void EmitString(Emitter emitter, string text, int depth) =>
        emitter.Emit(new Scalar(default, default, text, Style(text, depth), true, true));

    /// <summary>Plain is only a wish: the emitter quotes what YAML's syntax would misread.</summary>
    private static ScalarStyle Style(string text, int depth) => text switch
    {
        _ when text.Contains(". ", StringComparison.Ordinal) || (text.Contains(' ') && text.Length + (2 * depth) > Width - 20) => ScalarStyle.Folded,
        _ when ReadAsOtherType().IsMatch(text) => ScalarStyle.DoubleQuoted,
        _ when text.Contains('\'') && !text.Contains('"') && !text.Contains('\\') && NeedsQuotes().IsMatch(text) => ScalarStyle.DoubleQuoted,
        _ => ScalarStyle.Plain,
    };

    [GeneratedRegex(@"^(true|false|yes|no|on|off|y|n|null|~|[-+.]?[0-9].*)?$", RegexOptions.IgnoreCase)]
    private static partial Regex ReadAsOtherType();

    [GeneratedRegex(@"^[-?:,\[\]{}#&*!|>'""%@`]|: | #")]
    private static partial Regex NeedsQuotes();
}
