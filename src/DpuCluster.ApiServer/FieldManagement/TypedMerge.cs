using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.FieldManagement;

/// <summary>Puts what is applied over what is there, by schema.</summary>
internal static class TypedMerge
{
    /// <summary>The live object with the applied one put over it; both stay as they are.</summary>
    /// <exception cref="FormatException">An item of an associative list has no name, or two applied ones have the same.</exception>
    public static JsonObject Merge(Schema schema, JsonObject live, JsonObject applied) =>
        MergeMaps(TypedShape.Root(schema), live, applied);

    private static JsonNode? MergeValues(Schema schema, JsonNode? live, JsonNode? applied)
    {
        switch (TypedShape.Of(schema, applied))
        {
            case Shape.Map:
                var liveMap = live as JsonObject;
                return liveMap is { Count: > 0 } || ((JsonObject)applied!).Count > 0
                    ? MergeMaps(schema, liveMap ?? [], (JsonObject)applied!)
                    : new JsonObject();
            case Shape.List:
                var liveList = live as JsonArray;
                return liveList is { Count: > 0 } || ((JsonArray)applied!).Count > 0
                    ? MergeLists(schema, liveList ?? [], (JsonArray)applied!)
                    : new JsonArray();
            case Shape.Null:
                // To apply null takes nothing out of a map or list that has something in it.
                var keeps = TypedShape.Of(schema, live) is Shape.Map or Shape.List && live is JsonObject { Count: > 0 } or JsonArray { Count: > 0 };
                return keeps ? live!.DeepClone() : null;
            default:
                return applied!.DeepClone();
        }
    }

    private static JsonObject MergeMaps(Schema schema, JsonObject live, JsonObject applied)
    {
        var result = new JsonObject();
        foreach (var (name, value) in live)
        {
            result.Add(name, applied.TryGetPropertyValue(name, out var change)
                ? MergeValues(TypedShape.Field(schema, name, out _), value, change)
                : value?.DeepClone());
        }
        foreach (var (name, value) in applied)
        {
            if (!live.ContainsKey(name))
                result.Add(name, MergeValues(TypedShape.Field(schema, name, out _), null, value));
        }
        return result;
    }

    // Items that both have stand in the order in which they are applied; those that only the object has keep their place
    // relative to the items around them.
    private static JsonArray MergeLists(Schema schema, JsonArray live, JsonArray applied)
    {
        var itemSchema = TypedShape.Item(schema);
        var liveNames = new PathElement[live.Count];
        var liveItems = new Dictionary<PathElement, JsonNode?>();
        for (var i = 0; i < liveNames.Length; i++)
        {
            liveNames[i] = TypedShape.NameOf(schema, live[i]);
            // Of items that share a name none is merged with what is applied.
            liveItems[liveNames[i]] = liveItems.ContainsKey(liveNames[i]) ? null : live[i];
        }
        var appliedNames = new PathElement[applied.Count];
        var appliedItems = new Dictionary<PathElement, JsonNode?>();
        for (var i = 0; i < appliedNames.Length; i++)
        {
            appliedNames[i] = TypedShape.NameOf(schema, applied[i]);
            if (!appliedItems.TryAdd(appliedNames[i], applied[i]))
                throw new FormatException($"duplicate entries for key {appliedNames[i]}");
        }

        var result = new JsonArray();
        var shared = new Queue<PathElement>(appliedNames.Where(liveItems.ContainsKey));
        var merged = new HashSet<PathElement>();
        for (int l = 0, a = 0; l < liveNames.Length || a < appliedNames.Length;)
        {
            if (l < liveNames.Length)
            {
                var name = liveNames[l];
                if (!appliedItems.ContainsKey(name))
                {
                    result.Add(live[l++]?.DeepClone());
                    continue;
                }
                // An applied item that has had its turn, or whose turn comes with what is applied.
                var isNext = a < appliedNames.Length && name == appliedNames[a];
                if (merged.Contains(name) || (!isNext && a < appliedNames.Length && shared.TryPeek(out var next) && next != name))
                {
                    l++;
                    continue;
                }
                if (isNext)
                    l++;
            }
            if (a < appliedNames.Length)
            {
                var name = appliedNames[a++];
                merged.Add(name);
                if (shared.TryPeek(out var next) && next == name)
                    shared.Dequeue();
                result.Add(MergeValues(itemSchema, liveItems.GetValueOrDefault(name), appliedItems[name]));
            }
        }
        return result;
    }
}
