using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DpuCluster.ApiServer.Tests.Conformance;

/// <summary>Puts placeholders for what differs from run to run, numbered by first appearance within a scenario.</summary>
internal sealed partial class Placeholders(string ns)
{
    private readonly Dictionary<(string Kind, string Value), string> _known = [];
    private readonly Dictionary<string, int> _counts = [];

    public JsonNode? Apply(JsonNode? node, string key = "")
    {
        switch (node)
        {
            case JsonObject obj:
                var replaced = new JsonObject();
                foreach (var (name, value) in obj) replaced[name] = Apply(value, name);
                return replaced;
            case JsonArray array:
                return new JsonArray([.. array.Select(item => Apply(item, key))]);
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                return JsonValue.Create(Text(value.GetValue<string>(), key));
            case JsonValue value when key == "nodePort":
                return JsonValue.Create(Number("nodePort", value.ToJsonString()));
            default:
                return node?.DeepClone();
        }
    }

    /// <summary>Sorts the causes of statuses, whose order is not told.</summary>
    public static void SortCauses(JsonNode? node)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items) SortCauses(item);
        }

        if (node is not JsonObject obj) return;
        foreach (var (name, value) in obj.ToList())
        {
            if (name == "causes" && value is JsonArray causes)
            {
                var sorted = causes.OrderBy(c => c?["field"]?.ToString() ?? "", StringComparer.Ordinal)
                    .ThenBy(c => c?["message"]?.ToString() ?? "", StringComparer.Ordinal).Select(c => c?.DeepClone()).ToArray();
                obj[name] = new JsonArray(sorted);
            }
            else
            {
                SortCauses(value);
            }
        }
    }

    private string Text(string text, string key)
    {
        if (text.Length == 0) return text;
        switch (key)
        {
            case "resourceVersion": return Number("rv", text);
            case "continue": return Number("continue", text);
            case "clusterIP" or "clusterIPs" when text != "None": return Number("clusterIP", text);
            case "token": return "<token>";
        }

        if (Time().IsMatch(text)) return "<time>";
        if (ns.Length > 0) text = text.Replace(ns, "<ns>", StringComparison.Ordinal);
        return Uid().Replace(text, match => Number("uid", match.Value));
    }

    private string Number(string kind, string value)
    {
        if (_known.TryGetValue((kind, value), out var known)) return known;
        var number = _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
        return _known[(kind, value)] = $"<{kind}-{number}>";
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")]
    private static partial Regex Time();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uid();
}
