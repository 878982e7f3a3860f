using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ApiServer.Patches;

/// <summary>
/// Strategic merge patch: a merge patch that knows from the schema which lists are merged, and by which key, and that may
/// carry directives (<c>$patch</c>, <c>$retainKeys</c>, <c>$deleteFromPrimitiveList/…</c>, <c>$setElementOrder/…</c>).
/// Only built-in kinds take it.
/// </summary>
internal static class StrategicMergePatch
{
    internal const string Directive = "$patch";
    internal const string RetainKeys = "$retainKeys";
    internal const string DeleteFromPrimitiveList = "$deleteFromPrimitiveList";
    internal const string SetElementOrder = "$setElementOrder";

    /// <summary>Reads a strategic merge patch.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="strictErrors">Gets what is to be warned of, or refused, by <c>fieldValidation</c>.</param>
    /// <exception cref="KubernetesException">400 when it is not a JSON object.</exception>
    public static JsonObject Parse(ReadOnlySpan<byte> text, ICollection<string>? strictErrors = null) =>
        MergePatch.ParseObject(text, "", strictErrors);

    /// <summary>Applies a patch; all arguments stay as they are.</summary>
    /// <exception cref="KubernetesException">400 or 422 for malformed directives, 500 for what kube-apiserver has no status for.</exception>
    public static JsonObject Apply(JsonObject original, JsonObject patch, Schema schema) =>
        MergeMap((JsonObject)original.DeepClone(), (JsonObject)patch.DeepClone(), schema);

    // Both arguments belong to this call and are used up by it.
    internal static JsonObject MergeMap(JsonObject original, JsonObject patch, Schema? schema)
    {
        if (patch.TryGetPropertyValue(Directive, out var directive))
            return ReplaceOrEmpty(directive, patch);

        ApplyRetainKeys(original, patch);
        ApplyElementOrders(original, patch, schema);

        foreach (var name in patch.Select(p => p.Key).ToArray())
        {
            var value = patch[name];
            patch.Remove(name);
            var deleting = name.StartsWith(DeleteFromPrimitiveList, StringComparison.Ordinal);
            var key = deleting ? FieldOf(name, DeleteFromPrimitiveList, "invalid patch format of primitive list") : name;
            if (value is null)
            {
                original.Remove(key);
                continue;
            }
            var existing = original[key];
            if (existing is null && !deleting)
            {
                if (PatchDirectives.Strip(value) is { } added)
                    original[key] = added;
                continue;
            }
            if (existing is null)
                continue;
            var field = PatchMetadata.Of(schema, key);
            switch (existing, value)
            {
                case (JsonObject map, JsonObject change):
                    original[key] = field.Replaces ? change : MergeMap(map, change, field.Schema);
                    break;
                case (JsonArray list, JsonArray change):
                    original[key] = field.Merges || deleting
                        ? StrategicListMerge.Merge(list, change, field, deleting)
                        : change;
                    break;
                default:
                    original[key] = PatchDirectives.Strip(value);
                    break;
            }
        }
        return original;
    }

    private static JsonObject ReplaceOrEmpty(JsonNode? directive, JsonObject patch)
    {
        switch (PatchDirectives.Name(directive))
        {
            case "replace":
                patch.Remove(Directive);
                return patch;
            case "delete":
                return [];
            default:
                throw PatchDirectives.Unknown(directive, patch);
        }
    }

    // What is not named is dropped: for unions, where setting one member must clear the others.
    private static void ApplyRetainKeys(JsonObject original, JsonObject patch)
    {
        if (!patch.TryGetPropertyValue(RetainKeys, out var node))
            return;
        patch.Remove(RetainKeys);
        if (node is not JsonArray list)
            throw PatchErrors.BadRequest("invalid patch format of retainKeys");
        var retained = list.Select(JsonScalar.Of).ToHashSet();
        foreach (var (key, value) in patch)
        {
            if (value is not null
                && !key.StartsWith(DeleteFromPrimitiveList, StringComparison.Ordinal)
                && !key.StartsWith(SetElementOrder, StringComparison.Ordinal)
                && !retained.Contains(JsonScalar.OfString(key)))
            {
                throw PatchErrors.BadRequest("invalid patch format of retainKeys");
            }
        }
        foreach (var key in original.Select(p => p.Key).Where(k => !retained.Contains(JsonScalar.OfString(k))).ToArray())
            original.Remove(key);
    }

    private static void ApplyElementOrders(JsonObject original, JsonObject patch, Schema? schema)
    {
        foreach (var name in patch.Select(p => p.Key).Where(k => k.StartsWith(SetElementOrder, StringComparison.Ordinal)).ToArray())
        {
            var order = AsList(patch[name]);
            patch.Remove(name);
            var key = FieldOf(name, SetElementOrder, "invalid patch format of setElementOrder list");
            var existing = original.TryGetPropertyValue(key, out var e) ? AsList(e) : null;
            var change = patch.TryGetPropertyValue(key, out var c) ? AsList(c) : null;
            var field = PatchMetadata.Of(schema, key);
            if (change is not null)
                StrategicListOrder.CheckAgainst(order, change, field.MergeKey);
            if (existing is null && change is null)
                continue;
            patch.Remove(key);
            var serverOrder = existing is null ? [] : StrategicListOrder.Keys(existing, field.MergeKey);
            var merged = (existing, change) switch
            {
                (not null, null) => existing,
                (null, not null) => (JsonArray)PatchDirectives.Strip(change)!,
                _ => field.Merges ? StrategicListMerge.Merge(existing!, change!, field, deleting: false) : change!,
            };
            original[key] = StrategicListOrder.Arrange(merged, StrategicListOrder.Keys(order, field.MergeKey), serverOrder, field.MergeKey);
        }
    }

    private static JsonArray AsList(JsonNode? node) =>
        node as JsonArray ?? throw PatchErrors.Unclassified($"expected a []interface {{}}, but received a {GoValue.TypeOf(node)}");

    private static string FieldOf(string name, string prefix, string error)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash == prefix.Length ? name[(slash + 1)..] : throw PatchErrors.BadRequest(error);
    }
}
