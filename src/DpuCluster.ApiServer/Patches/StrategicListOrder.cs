using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ApiServer.Patches;

/// <summary>
/// The order of a merged list: items that the patch names stand in the patch's order, the others in the object's, and where
/// the two meet, an item that stood before another in the object still does.
/// </summary>
internal static class StrategicListOrder
{
    /// <summary>What names an item: the value of its merge key, or the item itself in a list of scalars.</summary>
    /// <exception cref="KubernetesException">500: the item has no such field.</exception>
    public static JsonScalar KeyOf(JsonNode? item, string mergeKey)
    {
        if (mergeKey.Length == 0)
            return JsonScalar.Of(item);
        if (item is not JsonObject map)
            throw PatchErrors.Unclassified($"expected a map[string]interface {{}}, but received a {GoValue.TypeOf(item)}");
        return map.TryGetPropertyValue(mergeKey, out var key)
            ? JsonScalar.Of(key)
            : throw PatchErrors.Unclassified($"map: {GoValue.Format(map)} does not contain declared merge key: {mergeKey}");
    }

    /// <summary>The place of each name in a list; of a repeated one the first.</summary>
    public static Dictionary<JsonScalar, int> Keys(JsonArray list, string mergeKey)
    {
        var places = new Dictionary<JsonScalar, int>(list.Count);
        foreach (var item in list)
            places.TryAdd(KeyOf(item, mergeKey), places.Count);
        return places;
    }

    /// <summary>Puts a merged list in order; <paramref name="merged"/> is used up.</summary>
    public static JsonArray Arrange(
        JsonArray merged, Dictionary<JsonScalar, int> patchOrder, Dictionary<JsonScalar, int> serverOrder, string mergeKey)
    {
        var named = new List<(JsonNode? Item, JsonScalar Key)>();
        var others = new List<(JsonNode? Item, JsonScalar Key)>();
        foreach (var item in merged.ToArray())
        {
            var key = KeyOf(item, mergeKey);
            (patchOrder.ContainsKey(key) ? named : others).Add((item, key));
        }
        merged.Clear();
        // OrderBy is stable, which keeps items of the same name (and such without a place) as they stood.
        named = [.. named.OrderBy(i => patchOrder[i.Key])];
        others = [.. others.OrderBy(i => serverOrder.GetValueOrDefault(i.Key, int.MaxValue))];

        for (int i = 0, j = 0; i < others.Count || j < named.Count;)
        {
            var takeOther = j >= named.Count
                || (i < others.Count
                    && serverOrder.TryGetValue(others[i].Key, out var other)
                    && serverOrder.TryGetValue(named[j].Key, out var name)
                    && other < name);
            merged.Add(takeOther ? others[i++].Item : named[j++].Item);
        }
        return merged;
    }

    /// <summary>Checks that the items of a patch stand in the order that the patch itself asks for.</summary>
    /// <exception cref="KubernetesException">500: they do not.</exception>
    public static void CheckAgainst(JsonArray order, JsonArray patch, string mergeKey)
    {
        if (order.Count == 0)
            return;
        var at = 0;
        foreach (var item in patch)
        {
            if (item is JsonObject map && map.ContainsKey(StrategicMergePatch.Directive))
                continue;
            var key = KeyOf(item, mergeKey);
            while (at < order.Count && KeyOf(order[at], mergeKey) != key)
                at++;
            if (at++ == order.Count)
            {
                throw PatchErrors.Unclassified(
                    $"The order in patch list:\n{GoValue.Format(patch)}\n doesn't match $setElementOrder list:\n{GoValue.Format(order)}\n");
            }
        }
    }
}
