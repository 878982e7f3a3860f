using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace DpuCluster.ApiServer.Tests.Cel;

/// <summary>Schemas for the tests of rules, written as they stand in CRDs; reads just what rules look at.</summary>
internal static class RuleSchemas
{
    public static Schema FromYaml(string yaml) => FromJson(ReadYaml(yaml)!.AsObject());

    public static Schema FromJson(JsonObject json) => new()
    {
        Type = (string?)json["type"],
        Format = (string?)json["format"],
        Nullable = (bool?)json["nullable"] ?? false,
        Default = json["default"]?.DeepClone(),
        Enum = json["enum"] is JsonArray values ? [.. values.Select(v => v?.DeepClone())] : null,
        MaxLength = (long?)json["maxLength"],
        MaxItems = (long?)json["maxItems"],
        MaxProperties = (long?)json["maxProperties"],
        Properties = json["properties"] is JsonObject properties
            ? properties.ToDictionary(p => p.Key, p => FromJson(p.Value!.AsObject()))
            : new Dictionary<string, Schema>(),
        AdditionalProperties = json["additionalProperties"] is JsonObject additional ? FromJson(additional) : null,
        Items = json["items"] is JsonObject items ? FromJson(items) : null,
        Required = [.. (json["required"] as JsonArray ?? []).Select(r => (string)r!)],
        AllOf = [.. (json["allOf"] as JsonArray ?? []).Select(a => FromJson(a!.AsObject()))],
        PreserveUnknownFields = (bool?)json["x-kubernetes-preserve-unknown-fields"] ?? false,
        IntOrString = (bool?)json["x-kubernetes-int-or-string"] ?? false,
        EmbeddedResource = (bool?)json["x-kubernetes-embedded-resource"] ?? false,
        ListType = (string?)json["x-kubernetes-list-type"],
        ListMapKeys = [.. (json["x-kubernetes-list-map-keys"] as JsonArray ?? []).Select(k => (string)k!)],
        MapType = (string?)json["x-kubernetes-map-type"],
        Validations = [.. (json["x-kubernetes-validations"] as JsonArray ?? []).Select(r => Rule(r!.AsObject()))],
    };

    public static JsonNode? ReadYaml(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return Convert(stream.Documents[0].RootNode);
    }

    private static ValidationRule Rule(JsonObject json) => new(
        (string?)json["rule"] ?? "",
        (string?)json["message"],
        (string?)json["messageExpression"],
        (string?)json["reason"],
        (string?)json["fieldPath"],
        (bool?)json["optionalOldSelf"]);

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, Convert(c.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Convert)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: var text } => text switch
        {
            "true" => true,
            "false" => false,
            "null" or "~" or "" => null,
            _ when long.TryParse(text, out var integer) => integer,
            _ when double.TryParse(text, out var number) => number,
            _ => text,
        },
        YamlScalarNode scalar => scalar.Value,
        _ => throw new InvalidOperationException($"{node.NodeType} is not expected"),
    };
}
