using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ApiServer.Patches;

/// <summary>Merging of one list by a strategic merge patch.</summary>
internal static class StrategicListMerge
{
    /// <summary>Merges <paramref name="patch"/> into <paramref name="original"/>; both are used up.</summary>
    /// <param name="original">The object's list.</param>
    /// <param name="patch">The patch's list, possibly with items that are directives.</param>
    /// <param name="field">How the list is merged.</param>
    /// <param name="deleting">Whether the scalars of <paramref name="patch"/> are to be taken out rather than put in.</param>
    /// <exception cref="KubernetesException">When items have no key, or are of different types.</exception>
    public static JsonArray Merge(JsonArray original, JsonArray patch, PatchMetadata field, bool deleting)
    {
        if (original.Count == 0 && patch.Count == 0)
            return original;
        CheckItemTypes(original, patch);
        return original.Concat(patch).First() is JsonObject
            ? MergeMaps(original, patch, field)
            : MergeScalars(original, patch, deleting);
    }

    private static JsonArray MergeScalars(JsonArray original, JsonArray patch, bool deleting)
    {
        var changed = patch.Select(JsonScalar.Of).ToHashSet();
        if (deleting)
            return ToList(Detach(original).Where(item => !changed.Contains(JsonScalar.Of(item))));
        var serverOrder = StrategicListOrder.Keys(original, "");
        var patchOrder = StrategicListOrder.Keys(patch, "");
        var seen = new HashSet<JsonScalar>();
        var merged = ToList(Detach(original).Concat(Detach(patch)).Where(item => seen.Add(JsonScalar.Of(item))));
        return StrategicListOrder.Arrange(merged, patchOrder, serverOrder, "");
    }

    private static JsonArray MergeMaps(JsonArray original, JsonArray patch, PatchMetadata field)
    {
        if (field.MergeKey.Length == 0)
            throw PatchErrors.Unclassified($"cannot merge lists without merge key for {field.Schema?.DefinitionName ?? "list"}");
        var key = field.MergeKey;
        var replace = false;
        var changes = new List<JsonObject>();
        var deleted = new HashSet<JsonScalar>();
        foreach (var item in Detach(patch).Cast<JsonObject>())
        {
            if (!item.TryGetPropertyValue(StrategicMergePatch.Directive, out var directive))
            {
                changes.Add(item);
                continue;
            }
            switch (PatchDirectives.Name(directive))
            {
                case "delete":
                    deleted.Add(StrategicListOrder.KeyOf(item, key));
                    break;
                case "replace":
                    replace = true;
                    break;
                case "merge":
                    throw PatchErrors.Unclassified("merging lists cannot yet be specified in the patch");
                default:
                    throw PatchDirectives.Unknown(directive, item);
            }
        }
        if (replace)
            return ToList(changes.Select(PatchDirectives.Strip));

        var merged = Detach(original)
            .Where(item => deleted.Count == 0 || !deleted.Contains(JsonScalar.Of(((JsonObject)item!)[key])))
            .ToList();
        var places = new Dictionary<JsonScalar, int>();
        for (var i = 0; i < merged.Count; i++)
            places.TryAdd(StrategicListOrder.KeyOf(merged[i]!, key), i);
        var serverOrder = new Dictionary<JsonScalar, int>(places);
        var patchOrder = new Dictionary<JsonScalar, int>();
        foreach (var change in changes)
        {
            var name = StrategicListOrder.KeyOf(change, key);
            patchOrder.TryAdd(name, patchOrder.Count);
            if (places.TryGetValue(name, out var place))
                merged[place] = StrategicMergePatch.MergeMap((JsonObject)merged[place]!, change, field.Schema?.Items);
            else
            {
                places[name] = merged.Count;
                merged.Add(PatchDirectives.Strip(change));
            }
        }
        return StrategicListOrder.Arrange(ToList(merged), patchOrder, serverOrder, key);
    }

    private static void CheckItemTypes(JsonArray original, JsonArray patch)
    {
        string? type = null;
        foreach (var item in original.Concat(patch))
        {
            if (item is JsonArray && type is null)
                throw PatchErrors.DoesNotApply("lists of lists are not supported");
            var itemType = GoValue.TypeOf(item);
            if (type is not null && type != itemType)
                throw PatchErrors.Unclassified($"list element types are not identical: [{GoValue.Format(original)} {GoValue.Format(patch)}]");
            type = itemType;
        }
    }

    private static JsonNode?[] Detach(JsonArray list)
    {
        var items = list.ToArray();
        list.Clear();
        return items;
    }

    private static JsonArray ToList(IEnumerable<JsonNode?> items) => [.. items];
}
