using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DpuCluster.Kubernetes.Serialization;

/// <summary>Makes JSON of the parser's events.</summary>
internal sealed class YamlReader(string text, YamlLimits limits)
{
    private const string Core = "tag:yaml.org,2002:";

    private readonly Parser _parser = new(new StringReader(text));
    private readonly Dictionary<string, Anchored> _anchors = [];
    private long _aliased;
    private int _depth;

    public IReadOnlyList<JsonNode?> Read()
    {
        try
        {
            List<JsonNode?> documents = [];
            _parser.Consume<StreamStart>();
            while (!_parser.TryConsume<StreamEnd>(out _))
            {
                _parser.Consume<DocumentStart>();
                _anchors.Clear();
                documents.Add(Node().Json);
                _parser.Consume<DocumentEnd>();
            }

            return documents;
        }
        catch (YamlException exception)
        {
            throw new YamlFormatException(Problem(exception), exception.Start.Line, exception.Start.Column);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or FormatException and not YamlFormatException or OverflowException)
        {
            // The parser is fed with what strangers wrote; what it did not expect itself is an error of the text all the same.
            throw Error("it is no YAML", _parser.Current);
        }
    }

    // The parser's own words; they describe what was expected, and quote single characters at most.
    private static string Problem(YamlException exception)
    {
        var message = exception.InnerException is YamlException inner ? inner.Message : exception.Message;
        return message.ReplaceLineEndings(" ");
    }

    private static YamlFormatException Error(string problem, ParsingEvent? at) =>
        new(problem, at?.Start.Line ?? 1, at?.Start.Column ?? 1);

    private Parsed Node()
    {
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            return Alias(alias);
        }

        if (_parser.TryConsume<Scalar>(out var scalar))
        {
            var parsed = new Parsed(Value(scalar), scalar, 16 + scalar.Value.Length);
            Anchor(scalar, parsed);
            return parsed;
        }

        var start = _parser.Current;
        if (++_depth > limits.MaxDepth)
        {
            throw Error($"it is nested deeper than {limits.MaxDepth}", start);
        }

        // A key without a value at the end of a mapping is one, for this parser.
        if (start is not NodeEvent node)
        {
            throw Error("a value is missing", start);
        }

        BeginAnchor(node);
        var collection = start is SequenceStart ? Sequence() : Mapping();
        Anchor(node, collection);
        _depth--;
        return collection;
    }

    private Parsed Sequence()
    {
        _parser.Consume<SequenceStart>();
        var array = new JsonArray();
        long weight = 16;
        var height = 0;
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            var item = Node();
            array.Add(item.Json);
            weight += item.Weight;
            height = Math.Max(height, item.Height);
        }

        return new(array, null, weight) { Height = height + 1 };
    }

    private Parsed Mapping()
    {
        _parser.Consume<MappingStart>();
        var members = new JsonObject();
        HashSet<string> said = []; // By this mapping itself; what is merged in may be said again.
        long weight = 16;
        var height = 0;
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var at = _parser.Current;
            var key = Node();
            var value = Node();
            weight += key.Weight + value.Weight;
            height = Math.Max(height, value.Height);
            if (key.Scalar is { Value: "<<", IsPlainImplicit: true, Style: ScalarStyle.Plain })
            {
                Merge(members, value.Json, at);
                continue;
            }

            var name = Key(key, at);
            if (!said.Add(name))
            {
                throw Error($"the key {Quote(name)} is there twice", at);
            }

            members[name] = value.Json;
        }

        return new(members, null, weight) { Height = height + 1 };
    }

    private static void Merge(JsonObject members, JsonNode? merged, ParsingEvent? at)
    {
        switch (merged)
        {
            case JsonObject one:
                foreach (var (name, value) in one)
                {
                    members[name] = value?.DeepClone();
                }

                break;
            case JsonArray many when many.All(each => each is JsonObject):
                // The first that has a key wins.
                foreach (var each in many.Reverse())
                {
                    Merge(members, each, at);
                }

                break;
            default:
                throw Error("only a mapping, or a sequence of mappings, can be merged (<<)", at);
        }
    }

    private static string Key(Parsed key, ParsingEvent? at) => key switch
    {
        { Scalar: null } => throw Error("a key must be a scalar", at),
        { Json: null } => throw Error("a key must not be null; quote it if it is text", at),
        { Json: JsonValue value } when value.TryGetValue<string>(out var text) => text,
        { Json: JsonValue value } when value.TryGetValue<bool>(out var boolean) => boolean ? "true" : "false",
        { Json: JsonValue value } when value.TryGetValue<long>(out var number) => number.ToString(CultureInfo.InvariantCulture),
        { Json: JsonValue value } when value.TryGetValue<double>(out var number) => YamlScalars.Key(number),
        _ => throw Error("a key must be text, a boolean or a number of 64 bits", at),
    };

    private Parsed Alias(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out var anchored))
        {
            throw Error($"the anchor {Quote(alias.Value.Value)} is not defined", alias);
        }

        if (anchored.Node is not { } node)
        {
            throw Error($"the anchor {Quote(alias.Value.Value)} contains itself", alias);
        }

        _aliased += node.Weight;
        if (_aliased > limits.MaxAliasedLength)
        {
            throw Error("its aliases expand to too much", alias);
        }

        if (_depth + node.Height > limits.MaxDepth)
        {
            throw Error($"it is nested deeper than {limits.MaxDepth}", alias);
        }

        return node with { Json = node.Json?.DeepClone() };
    }

    private void BeginAnchor(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty)
        {
            _anchors[node.Anchor.Value] = default;
        }
    }

    private void Anchor(NodeEvent node, Parsed parsed)
    {
        if (!node.Anchor.IsEmpty)
        {
            _anchors[node.Anchor.Value] = new(parsed);
        }
    }

    private static JsonNode? Value(Scalar scalar)
    {
        var tag = scalar.Tag.IsEmpty ? "" : scalar.Tag.Value;
        if (tag.Length == 0)
        {
            return scalar.Style == ScalarStyle.Plain ? Json(scalar, YamlScalars.Resolve(scalar.Value)) : JsonValue.Create(scalar.Value);
        }

        if (!tag.StartsWith(Core, StringComparison.Ordinal))
        {
            return JsonValue.Create(scalar.Value);
        }

        var resolved = YamlScalars.Resolve(scalar.Value);
        return (tag[Core.Length..], resolved.Type) switch
        {
            ("binary", _) => Binary(scalar),
            ("null", YamlScalars.Type.Null) => null,
            ("bool", YamlScalars.Type.Boolean) or ("int", YamlScalars.Type.Integer or YamlScalars.Type.Unsigned) => Json(scalar, resolved),
            ("float", YamlScalars.Type.Integer or YamlScalars.Type.Unsigned or YamlScalars.Type.Float) => Json(scalar, resolved),
            ("null" or "bool" or "int" or "float", _) => throw Error($"the scalar is not what its tag !!{tag[Core.Length..]} says", scalar),
            _ => JsonValue.Create(scalar.Value),
        };
    }

    private static JsonNode? Json(Scalar scalar, YamlScalars.Value value) => value.Type switch
    {
        YamlScalars.Type.Null => null,
        YamlScalars.Type.Boolean => JsonValue.Create(value.Boolean),
        YamlScalars.Type.Integer => JsonValue.Create(value.Integer),
        YamlScalars.Type.Unsigned => JsonValue.Create(value.Unsigned),
        YamlScalars.Type.Float when double.IsFinite(value.Float) => YamlScalars.Json(value.Float),
        YamlScalars.Type.Float => throw Error("JSON has no infinite number, and none that is not a number; quote it if it is text", scalar),
        _ => JsonValue.Create(scalar.Value),
    };

    private static JsonValue Binary(Scalar scalar)
    {
        try
        {
            return JsonValue.Create(Encoding.UTF8.GetString(Convert.FromBase64String(scalar.Value)));
        }
        catch (FormatException)
        {
            throw Error("a scalar with the tag !!binary must be base64", scalar);
        }
    }

    private static string Quote(string name) => $"\"{(name.Length > 100 ? name[..100] + "…" : name)}\"";

    /// <summary>A node, the scalar it was if it was one, and how much an alias to it adds.</summary>
    private readonly record struct Parsed(JsonNode? Json, Scalar? Scalar, long Weight)
    {
        public int Height { get; init; }
    }

    /// <summary>What an anchor names; nothing as long as that is not complete.</summary>
    private readonly record struct Anchored(Parsed? Node);
}
