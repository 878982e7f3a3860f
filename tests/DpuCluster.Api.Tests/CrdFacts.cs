using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace DpuCluster.Api.Tests;

/// <summary>
/// A CustomResourceDefinition taken apart into single facts, such as <c>spec.maxNodes: minimum = 1</c>, so that two can
/// be compared rule by rule. Texts for people (descriptions, messages) and the order of things are no facts.
/// </summary>
internal static class CrdFacts
{
    /// <summary>Reads YAML with the scalars typed.</summary>
    public static JsonObject Load(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return (JsonObject)ToJson(stream.Documents[0].RootNode)!;
    }

    public static SortedSet<string> Of(JsonObject crd)
    {
        var facts = new SortedSet<string>(StringComparer.Ordinal);
        var spec = crd["spec"]!.AsObject();
        facts.Add($"name = {crd["metadata"]!["name"]}");
        facts.Add($"group = {spec["group"]}");
        facts.Add($"scope = {spec["scope"]}");
        foreach (var (key, name) in spec["names"]!.AsObject())
        {
            facts.Add($"names: {key} = {name!.ToJsonString()}");
        }

        foreach (var version in spec["versions"]!.AsArray().Select(version => version!.AsObject()))
        {
            facts.Add($"version {version["name"]}: served = {version["served"]}, storage = {version["storage"]}");
            foreach (var (subresource, _) in version["subresources"] as JsonObject ?? [])
            {
                facts.Add($"subresource {subresource}");
            }

            foreach (var column in version["additionalPrinterColumns"] as JsonArray ?? [])
            {
                facts.Add($"column {column!["name"]}: {column["type"]} {column["jsonPath"]}, priority {column["priority"]?.ToString() ?? "0"}");
            }

            Add(facts, "", version["schema"]!["openAPIV3Schema"]!.AsObject());
        }

        return facts;
    }

    public static List<string> FieldsWithoutDescription(JsonObject crd)
    {
        var found = new List<string>();
        Visit("", crd["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject());
        return found;

        void Visit(string path, JsonObject schema)
        {
            foreach (var (name, field) in schema["properties"] as JsonObject ?? schema["items"]?["properties"] as JsonObject ?? [])
            {
                if (field!["description"] is null)
                {
                    found.Add(Join(path, name));
                }

                Visit(Join(path, name), field.AsObject());
            }
        }
    }

    private static void Add(SortedSet<string> facts, string path, JsonObject schema)
    {
        foreach (var (keyword, value) in schema)
        {
            switch (keyword)
            {
                case "description":
                    break;
                case "properties":
                    foreach (var (name, field) in value!.AsObject())
                    {
                        Add(facts, Join(path, name), field!.AsObject());
                    }

                    break;
                case "items":
                    Add(facts, $"{path}[]", value!.AsObject());
                    break;
                case "additionalProperties" when value is JsonObject values:
                    Add(facts, Join(path, "*"), values);
                    break;
                case "allOf":
                    // Everything in it holds for the value itself.
                    foreach (var part in value!.AsArray())
                    {
                        Add(facts, path, part!.AsObject());
                    }

                    break;
                case "required":
                    foreach (var name in value!.AsArray())
                    {
                        facts.Add($"{Join(path, name!.GetValue<string>())}: required");
                    }

                    break;
                case "enum":
                    facts.Add($"{path}: enum = {string.Join("|", value!.AsArray().Select(item => item!.ToString()).Order(StringComparer.Ordinal))}");
                    break;
                case "x-kubernetes-validations":
                    foreach (var rule in value!.AsArray())
                    {
                        facts.Add($"{path}: CEL {Squeezed(rule!["rule"]!.GetValue<string>())}");
                    }

                    break;
                default:
                    facts.Add($"{path}: {keyword} = {(value is JsonValue text && text.GetValueKind() == JsonValueKind.String ? text.GetValue<string>() : value?.ToJsonString())}");
                    break;
            }
        }
    }

    /// <summary>White space and the kind of quotes mean nothing in the rules that are compared.</summary>
    private static string Squeezed(string rule) => rule.Replace(" ", "", StringComparison.Ordinal).Replace('"', '\'');

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(child =>
            KeyValuePair.Create(((YamlScalarNode)child.Key).Value!, ToJson(child.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(ToJson)]),
        YamlScalarNode { Style: not ScalarStyle.Plain } text => text.Value,
        YamlScalarNode { Value: "true" } => true,
        YamlScalarNode { Value: "false" } => false,
        YamlScalarNode { Value: "null" or "" or "~" } => null,
        YamlScalarNode { Value: var plain } when long.TryParse(plain, CultureInfo.InvariantCulture, out var number) => number,
        YamlScalarNode plain => plain.Value,
        _ => throw new NotSupportedException(node.GetType().Name),
    };
}
