using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DpuCluster.ApiServer.Schemas.FieldValidation;

/// <summary>One YAML document on its way to JSON.</summary>
internal sealed partial class YamlReading(IParser parser)
{
    /// <summary>Most values that aliases may multiply a document by; more is an attack rather than a manifest.</summary>
    private const int MostAliasedValues = 100_000;

    // So much text counts as one value more: an alias can stand for much by its length too.
    private const int TextOfValue = 16;

    private readonly Dictionary<AnchorName, JsonNode?> _anchors = [];
    private int _aliasedValues;
    private int _depth;

    public DuplicateFields Duplicates { get; } = new();

    public List<string> DuplicateLines { get; } = [];

    public JsonNode? ReadDocument()
    {
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _))
        {
            return null;
        }

        var node = ReadValue();
        parser.Consume<DocumentEnd>();
        return node;
    }

    private JsonNode? ReadValue()
    {
        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            if (!_anchors.TryGetValue(alias.Value, out var anchored))
            {
                throw new StrictJsonException(StrictYaml.Wrong($"unknown anchor '{alias.Value}' referenced"));
            }

            _aliasedValues += CountValues(anchored);
            return _aliasedValues <= MostAliasedValues
                ? anchored?.DeepClone()
                : throw new StrictJsonException(StrictYaml.Wrong("document contains excessive aliasing"));
        }

        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return Remember(scalar.Anchor, TypedScalar(scalar));
        }

        if (_depth == StrictJson.DeepestNesting)
        {
            throw new StrictJsonException(StrictYaml.Wrong("exceeded max depth"));
        }

        _depth++;
        var value = parser.Accept<MappingStart>(out _) ? ReadMapping() : ReadSequence();
        _depth--;
        return value;
    }

    private JsonNode? Remember(AnchorName anchor, JsonNode? value)
    {
        if (!anchor.IsEmpty)
        {
            _anchors[anchor] = value;
        }

        return value;
    }

    private static int CountValues(JsonNode? node) => node switch
    {
        JsonObject map => 1 + map.Sum(field => (field.Key.Length / TextOfValue) + CountValues(field.Value)),
        JsonArray list => 1 + list.Sum(CountValues),
        JsonValue value when value.TryGetValue<string>(out var text) => 1 + (text.Length / TextOfValue),
        _ => 1,
    };

    private JsonNode? ReadSequence()
    {
        var start = parser.Consume<SequenceStart>();
        var list = new JsonArray();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            Duplicates.Enter(list.Count);
            list.Add(ReadValue());
            Duplicates.Leave();
        }

        return Remember(start.Anchor, list);
    }

    private JsonNode? ReadMapping()
    {
        var start = parser.Consume<MappingStart>();
        var map = new JsonObject();
        var merged = new List<JsonObject>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var key))
            {
                throw new StrictJsonException(StrictYaml.Wrong(string.Create(
                    CultureInfo.InvariantCulture, $"line {parser.Current?.Start.Line}: a key must be a scalar")));
            }

            if (key is { Value: "<<", Style: ScalarStyle.Plain })
            {
                merged.AddRange(MergedMappings(ReadValue(), key.Start.Line));
                continue;
            }

            var name = KeyText(key);
            Duplicates.Enter(name);
            if (map.ContainsKey(name))
            {
                Duplicates.Report();
                DuplicateLines.Add(string.Create(CultureInfo.InvariantCulture, $"line {key.Start.Line}: key {GoText.Quote(name)} already set in map"));
            }

            map[name] = ReadValue();
            Duplicates.Leave();
        }

        foreach (var (name, value) in merged.SelectMany(mapping => mapping))
        {
            if (!map.ContainsKey(name))
            {
                map[name] = value?.DeepClone();
            }
        }

        return Remember(start.Anchor, map);
    }

    private static IEnumerable<JsonObject> MergedMappings(JsonNode? value, long line) => value switch
    {
        JsonObject map => [map],
        JsonArray list when list.All(item => item is JsonObject) => list.Select(item => item!.AsObject()),
        _ => throw new StrictJsonException(StrictYaml.Wrong(
            string.Create(CultureInfo.InvariantCulture, $"line {line}: map merge requires map or sequence of maps as the value"))),
    };

    private static string KeyText(Scalar key)
    {
        var typed = TypedScalar(key);
        return JsonValues.KindOf(typed) switch
        {
            JsonKind.String => JsonValues.StringOf(typed),
            JsonKind.Null => "null",
            _ => GoText.Json(typed),
        };
    }

    private static JsonValue? TypedScalar(Scalar scalar)
    {
        var text = scalar.Value;
        if (!scalar.Tag.IsEmpty && !scalar.Tag.IsNonSpecific)
        {
            return scalar.Tag.Value switch
            {
                "tag:yaml.org,2002:str" or "tag:yaml.org,2002:binary" => JsonValue.Create(text),
                _ => Plain(text),
            };
        }

        return scalar.Style == ScalarStyle.Plain ? Plain(text) : JsonValue.Create(text);
    }

    private static JsonValue? Plain(string text)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return null;
            case "y" or "Y" or "yes" or "Yes" or "YES" or "true" or "True" or "TRUE" or "on" or "On" or "ON":
                return JsonValue.Create(true);
            case "n" or "N" or "no" or "No" or "NO" or "false" or "False" or "FALSE" or "off" or "Off" or "OFF":
                return JsonValue.Create(false);
            case ".nan" or ".NaN" or ".NAN" or ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" or "-.inf" or "-.Inf" or "-.INF":
                var number = text.EndsWith("n", StringComparison.OrdinalIgnoreCase) ? "NaN" : text[0] == '-' ? "-Inf" : "+Inf";
                throw new StrictJsonException($"error converting YAML to JSON: json: unsupported value: {number}");
            default:
                return PlainNumber(text.Replace("_", "", StringComparison.Ordinal)) ?? JsonValue.Create(text);
        }
    }

    private static JsonValue? PlainNumber(string text)
    {
        if (text.Length == 0 || text[0] is not ('+' or '-' or '.' or (>= '0' and <= '9')))
        {
            return null;
        }

        var negative = text[0] == '-';
        var digits = text[0] is '+' or '-' ? text[1..] : text;
        var radix = digits switch
        {
            ['0', 'x' or 'X', ..] => 16,
            ['0', 'o' or 'O', ..] => 8,
            ['0', 'b' or 'B', ..] => 2,
            ['0', _, ..] when digits.All(char.IsAsciiDigit) => 8,
            _ => 10,
        };
        if (radix == 10)
        {
            return digits.Length > 0 && digits.All(char.IsAsciiDigit) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)
                ? JsonValue.Create(integer)
                : FloatOf(text);
        }

        var value = Radix(digits.AsSpan(char.IsAsciiDigit(digits[1]) ? 1 : 2), radix);
        return value is { } magnitude ? JsonValue.Create(negative ? -magnitude : magnitude)
            : FloatOf(text);
    }

    private static JsonValue? FloatOf(string text) =>
        FloatForm().IsMatch(text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? JsonValue.Create(number)
            : null;

    private static long? Radix(ReadOnlySpan<char> digits, int radix)
    {
        var value = digits.Length == 0 ? -1L : 0L;
        foreach (var digit in digits)
        {
            var worth = char.IsAsciiHexDigit(digit) ? Convert.ToInt32(digit.ToString(), 16) : radix;
            if (value < 0 || worth >= radix || value > (long.MaxValue - worth) / radix)
            {
                return null;
            }

            value = value * radix + worth;
        }

        return value < 0 ? null : value;
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex FloatForm();
}
