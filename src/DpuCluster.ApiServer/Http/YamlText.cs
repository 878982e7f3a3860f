using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DpuCluster.ApiServer.Http;

/// <summary>YAML documents as JSON values, by the rules that Kubernetes' YAML library has.</summary>
internal static partial class YamlText
{
    // An alias can stand for much, by number or by length; documents that would grow beyond all measure are refused.
    private const int MostNodes = 500_000;

    // So much text counts as one node more.
    private const int TextOfNode = 16;
    private const int MostDepth = 512;

    /// <summary>Reads the first document of a text.</summary>
    /// <exception cref="YamlException">It is not YAML.</exception>
    public static JsonNode? Read(string text)
    {
        var parser = new Parser(new StringReader(text));
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _)) return null;
        parser.Consume<DocumentStart>();
        var anchors = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        var budget = MostNodes;
        return ReadNode(parser, anchors, 0, ref budget);
    }

    private static JsonNode? ReadNode(Parser parser, Dictionary<string, JsonNode?> anchors, int depth, ref int budget)
    {
        if (--budget < 0 || depth > MostDepth) throw Excessive();
        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            if (!anchors.TryGetValue(alias.Value.Value, out var known)) throw new YamlException($"unknown anchor '{alias.Value.Value}' referenced");
            budget -= Weight(known);
            return budget < 0 ? throw Excessive() : known?.DeepClone();
        }

        JsonNode? node;
        AnchorName anchor;
        if (parser.TryConsume<MappingStart>(out var mapping))
        {
            anchor = mapping.Anchor;
            var obj = new JsonObject();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var key = parser.Consume<Scalar>();
                var value = ReadNode(parser, anchors, depth + 1, ref budget);
                if (obj.ContainsKey(key.Value)) throw new YamlException(key.Start, key.End, $"key \"{key.Value}\" already set in map");
                obj[key.Value] = value;
            }

            node = obj;
        }
        else if (parser.TryConsume<SequenceStart>(out var sequence))
        {
            anchor = sequence.Anchor;
            var array = new JsonArray();
            while (!parser.TryConsume<SequenceEnd>(out _)) array.Add(ReadNode(parser, anchors, depth + 1, ref budget));
            node = array;
        }
        else
        {
            var scalar = parser.Consume<Scalar>();
            anchor = scalar.Anchor;
            node = ReadScalar(scalar);
        }

        if (!anchor.IsEmpty) anchors[anchor.Value] = node;
        return node;
    }

    private static YamlException Excessive() => new("document contains excessive aliasing");

    private static int Weight(JsonNode? node) => node switch
    {
        JsonObject obj => 1 + obj.Sum(p => (p.Key.Length / TextOfNode) + Weight(p.Value)),
        JsonArray array => 1 + array.Sum(Weight),
        JsonValue value when value.TryGetValue<string>(out var text) => 1 + (text.Length / TextOfNode),
        _ => 1,
    };

    private static JsonValue? ReadScalar(Scalar scalar)
    {
        var text = scalar.Value;
        if (scalar.Style != ScalarStyle.Plain || (!scalar.Tag.IsEmpty && scalar.Tag.Value == "tag:yaml.org,2002:str")) return JsonValue.Create(text);
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return null;
            case "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON":
                return JsonValue.Create(true);
            case "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF":
                return JsonValue.Create(false);
        }

        if (Whole().IsMatch(text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return JsonValue.Create(number);
        if (Hexadecimal().IsMatch(text) && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex)) return JsonValue.Create(hex);
        if (Fraction().IsMatch(text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var fraction)) return JsonValue.Create(fraction);
        return JsonValue.Create(text);
    }

    [GeneratedRegex(@"^[-+]?(0|[1-9][0-9]*)\z")]
    private static partial Regex Whole();

    [GeneratedRegex(@"^0x[0-9a-fA-F]+\z")]
    private static partial Regex Hexadecimal();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex Fraction();
}
