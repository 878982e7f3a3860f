using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ApiServer.Patches;

/// <summary>The directives of a strategic merge patch where there is nothing in the object for them to act on.</summary>
internal static class PatchDirectives
{
    public static string? Name(JsonNode? directive) =>
        directive is JsonValue value && value.TryGetValue<string>(out var name) ? name : null;

    public static KubernetesException Unknown(JsonNode? directive, JsonNode patch) =>
        PatchErrors.Unclassified($"unknown patch type: {GoValue.Format(directive)} in map: {GoValue.Format(patch)}");

    /// <summary>
    /// What is left of a value that is added as a whole once directives and nulls are taken out: null when it was nothing
    /// but a directive.
    /// </summary>
    public static JsonNode? Strip(JsonNode? value)
    {
        switch (value)
        {
            case JsonObject map:
                if (map.ContainsKey(StrategicMergePatch.Directive))
                    return null;
                var kept = new JsonObject();
                foreach (var (key, item) in map)
                {
                    if (item is not null && !IsDirective(key) && Strip(item) is { } left)
                        kept[key] = left;
                }
                return kept;
            case JsonArray list:
                var items = new JsonArray();
                foreach (var item in list)
                {
                    if (item is null)
                        items.Add(null);
                    else if (!(item is JsonObject o && o.ContainsKey(StrategicMergePatch.Directive)) && Strip(item) is { } left)
                        items.Add(left);
                }
                return items;
            default:
                return value?.DeepClone();
        }
    }

    private static bool IsDirective(string key) =>
        key == StrategicMergePatch.RetainKeys
        || key.StartsWith(StrategicMergePatch.DeleteFromPrimitiveList, StringComparison.Ordinal)
        || key.StartsWith(StrategicMergePatch.SetElementOrder, StringComparison.Ordinal);
}
