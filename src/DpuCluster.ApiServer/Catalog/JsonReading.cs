using System.Text.Json;
using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Catalog;

/// <summary>Reads values out of objects whose shape nobody vouches for: what is not there or of another type is nothing.</summary>
internal static class JsonReading
{
    /// <summary>The string at a field; empty when there is none.</summary>
    public static string Text(this JsonObject obj, string name) => obj[name].AsText() ?? "";

    /// <summary>The string, or null when it is something else.</summary>
    public static string? AsText(this JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>The whole number at a field, or null.</summary>
    public static long? Whole(this JsonObject obj, string name) => obj[name].AsWhole();

    /// <summary>The whole number, or null when it is something else.</summary>
    public static long? AsWhole(this JsonNode? node) => node switch
    {
        JsonValue value when value.TryGetValue<long>(out var number) => number,
        JsonValue value when value.TryGetValue<int>(out var number) => number,
        _ => null,
    };

    public static bool IsTrue(this JsonNode? node) => node?.GetValueKind() == JsonValueKind.True;

    /// <summary>The object at a field, or null.</summary>
    public static JsonObject? Object(this JsonObject obj, string name) => obj[name] as JsonObject;

    /// <summary>The objects of the list at a field; none when there is no list.</summary>
    public static IEnumerable<JsonObject> Objects(this JsonObject obj, string name) => (obj[name] as JsonArray)?.OfType<JsonObject>() ?? [];

    /// <summary>The strings of the list at a field; none when there is no list.</summary>
    public static IEnumerable<string> Texts(this JsonObject obj, string name) =>
        (obj[name] as JsonArray)?.Select(AsText).OfType<string>() ?? [];

    /// <summary>What is at the end of a path of fields, or null.</summary>
    public static JsonNode? At(this JsonObject obj, params ReadOnlySpan<string> path)
    {
        JsonNode? node = obj;
        foreach (var name in path) node = (node as JsonObject)?[name];
        return node;
    }

    /// <summary>The object at a field, made when it is not there.</summary>
    public static JsonObject Ensure(this JsonObject obj, string name)
    {
        if (obj[name] is JsonObject there) return there;
        var made = new JsonObject();
        obj[name] = made;
        return made;
    }

    /// <summary>Sets a field that has no value (or an empty string).</summary>
    public static void SetDefault(this JsonObject obj, string name, JsonNode value)
    {
        if (obj[name] is null || obj[name].AsText() == "") obj[name] = value;
    }
}
