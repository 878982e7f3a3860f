using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.CustomResources;

/// <summary>Reads the fields of a CustomResourceDefinition: an empty string, false and null are as good as nothing.</summary>
internal static class Props
{
    /// <summary>The text of a field; empty where there is none.</summary>
    public static string Text(this JsonObject map, string key) => JsonValues.TryGetString(map[key], out var text) ? text : "";

    /// <summary>The text of a field; null where there is none.</summary>
    public static string? OptionalText(this JsonObject map, string key) => JsonValues.TryGetString(map[key], out var text) ? text : null;

    public static bool Flag(this JsonObject map, string key) =>
        JsonValues.KindOf(map[key]) == JsonKind.Boolean && JsonValues.BooleanOf(map[key]);

    public static bool Has(this JsonObject map, string key) => map[key] is not null;

    public static JsonObject? Map(this JsonObject map, string key) => map[key] as JsonObject;

    /// <summary>The objects in a list; none where there is no list.</summary>
    public static IReadOnlyList<JsonObject> Maps(this JsonObject map, string key) =>
        map[key] is JsonArray list ? [.. list.OfType<JsonObject>()] : [];

    /// <summary>The strings in a list; none where there is no list.</summary>
    public static IReadOnlyList<string> Texts(this JsonObject map, string key) =>
        map[key] is JsonArray list ? [.. list.Where(item => JsonValues.KindOf(item) == JsonKind.String).Select(JsonValues.StringOf)] : [];

    /// <summary>The fields of a map that are objects themselves: <c>properties</c> of a schema.</summary>
    public static IEnumerable<(string Name, JsonObject Value)> Fields(this JsonObject map, string key) =>
        map[key] is JsonObject fields
            ? fields.Where(field => field.Value is JsonObject).Select(field => (field.Key, field.Value!.AsObject()))
            : [];
}
