using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>
/// Removes the fields that a schema does not know. <c>apiVersion</c>, <c>kind</c> and <c>metadata</c> of the object and of
/// the resources embedded in it always stay.
/// </summary>
internal static class SchemaPruner
{
    private static readonly Schema Nothing = new();

    /// <summary>Prunes a value in place.</summary>
    /// <param name="schema">What the value is pruned to.</param>
    /// <param name="value">An object, or a part of one.</param>
    /// <param name="isResourceRoot">Whether the value is a whole object, with <c>apiVersion</c>, <c>kind</c> and <c>metadata</c>.</param>
    /// <param name="path">Where the value stands, for the paths that come back.</param>
    /// <returns>The paths of what was removed, sorted: <c>spec.colour</c>, <c>spec.ports[0].speed</c>.</returns>
    public static IReadOnlyList<string> Prune(Schema schema, JsonNode? value, bool isResourceRoot, string path = "")
    {
        var removed = new List<string>();
        Prune(schema, value, schema.PreserveUnknownFields, isResourceRoot || schema.EmbeddedResource, path, removed);
        removed.Sort(StringComparer.Ordinal);
        return removed;
    }

    /// <summary>Prunes an object of a built-in kind in place, its metadata included: its schema says what that is like.</summary>
    /// <returns>The paths of what was removed, in the order of the object: a decoder finds them on its way.</returns>
    public static IReadOnlyList<string> PruneTyped(Schema schema, JsonObject value)
    {
        var removed = new List<string>();
        Prune(schema, value, schema.PreserveUnknownFields, isResource: false, "", removed);
        return removed;
    }

    private static void Prune(Schema schema, JsonNode? value, bool keepsUnknown, bool isResource, string path, List<string> removed)
    {
        switch (value)
        {
            case JsonObject map:
                foreach (var name in map.Select(field => field.Key).ToList())
                {
                    if (!isResource || name is not ("apiVersion" or "kind" or "metadata"))
                    {
                        PruneField(schema, map, name, keepsUnknown, FieldPath.Child(path, name), removed);
                    }
                }

                break;
            case JsonArray list:
                // An array where the schema has none keeps its items, but nothing is known of their fields.
                var items = schema.Items ?? Nothing;
                for (var i = 0; i < list.Count; i++)
                {
                    Prune(items, list[i], keepsUnknown || items.PreserveUnknownFields, items.EmbeddedResource, FieldPath.Item(path, i), removed);
                }

                break;
            default:
                break;
        }
    }

    private static void PruneField(Schema schema, JsonObject map, string name, bool keepsUnknown, string path, List<string> removed)
    {
        if ((schema.Properties.GetValueOrDefault(name) ?? schema.AdditionalProperties) is { } field)
        {
            Prune(field, map[name], field.PreserveUnknownFields, field.EmbeddedResource, path, removed);
        }
        else if (!keepsUnknown)
        {
            map.Remove(name);
            removed.Add(path);
        }
    }
}
