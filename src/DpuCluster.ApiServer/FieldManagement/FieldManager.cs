using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Patches;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ApiServer.FieldManagement;

/// <summary>
/// Keeps <c>metadata.managedFields</c>: who owns which field of an object, and since when; and merges what is applied. The
/// semantics are those of structured-merge-diff and kube-apiserver.
/// </summary>
internal static class FieldManager
{
    /// <summary>The manager that owns what an object had before it was first applied to.</summary>
    private const string BeforeFirstApply = "before-first-apply";

    /// <summary>
    /// Takes note of a write that is not an apply (create, replace, any other patch): writes
    /// <c>metadata.managedFields</c> of <paramref name="updated"/>. Never fails: where fields cannot be told apart, the
    /// owners stay who they were.
    /// </summary>
    /// <param name="live">The stored object; null when it is created. Stays as it is.</param>
    /// <param name="updated">What is about to be stored.</param>
    /// <param name="context">Who writes.</param>
    public static void Update(JsonObject? live, JsonObject updated, FieldManagementContext context)
    {
        try
        {
            var comparison = FieldComparison.OfObjects(context.Schema, live, updated).Through(context.ResetFields);
            if (comparison.IsEmpty && live is not null && (context.Subresource.Length > 0 || ManagedFields.AreUntouched(live, updated)))
            {
                if (!JsonEquality.AreEqual(ManagedFields.Listed(live), ManagedFields.Listed(updated)))
                    CopyOwners(live, updated);
                return;
            }
            var managed = ManagedFields.OfUpdate(live, updated, context.Subresource.Length > 0);
            // Whoever has reset the owners of an object does not want it tracked; applying to it starts anew.
            if (managed.Count > 0 || live is null || !HasUid(live))
                Track(managed, live, updated, comparison, context, context.Manager);
            managed.WriteTo(updated);
        }
        catch (FormatException)
        {
            // Two items of a list cannot be told apart, say: validation is about to refuse the object, or has let it pass.
            CopyOwners(live, updated);
        }
    }

    /// <summary>Applies a configuration to an object.</summary>
    /// <param name="live">The stored object; null when there is none. Stays as it is.</param>
    /// <param name="applied">The configuration; stays as it is.</param>
    /// <param name="context">Who applies it.</param>
    /// <param name="force">Whether to take over fields that others own and that have other values.</param>
    /// <returns>What is to be stored: defaults and the server's own metadata of a new object are still to be filled in.</returns>
    /// <exception cref="KubernetesException">409 with a cause for each conflict; 400 or 500 for what cannot be applied.</exception>
    public static JsonObject Apply(JsonObject? live, JsonObject applied, FieldManagementContext context, bool force)
    {
        Refuse(applied, context);
        ManagedFields managed;
        try
        {
            managed = ManagedFields.Of(live);
        }
        catch (FormatException e)
        {
            throw PatchErrors.Unclassified($"failed to decode managed fields: {e.Message}");
        }
        try
        {
            if (managed.Count == 0 && live is not null)
                Track(managed, null, live, FieldComparison.OfObjects(context.Schema, null, live).Through(context.ResetFields), context, BeforeFirstApply);
            var result = ApplyOrForce(live, applied, managed, context, force);
            if (context.Manager == LastAppliedConfiguration.Manager)
                LastAppliedConfiguration.Refresh(result, applied);
            return result;
        }
        catch (FormatException e)
        {
            throw PatchErrors.Unclassified($"failed to merge config: {e.Message}");
        }
    }

    /// <summary>
    /// Sets the times of <c>metadata.managedFields</c> back to those of the live object if nothing but these times has changed:
    /// a write that changes nothing must not make a new resource version.
    /// </summary>
    public static void KeepTimesIfUnchanged(JsonObject live, JsonObject updated)
    {
        if (ManagedFields.Listed(live) is not JsonArray before || ManagedFields.Listed(updated) is not JsonArray after || before.Count != after.Count)
            return;
        var old = before.ToDictionary(Timeless);
        if (old.Count != before.Count || !after.All(e => old.TryGetValue(Timeless(e), out var same) && JsonEquality.AreEqual(same?["fieldsV1"], e?["fieldsV1"])))
            return;
        if (live.Count == updated.Count && live.All(p => p.Key == "metadata" || (updated.TryGetPropertyValue(p.Key, out var v) && JsonEquality.AreEqual(p.Value, v)))
            && live["metadata"] is JsonObject oldMeta && updated["metadata"] is JsonObject newMeta && oldMeta.Count == newMeta.Count
            && oldMeta.All(p => p.Key == "managedFields" || (newMeta.TryGetPropertyValue(p.Key, out var v) && JsonEquality.AreEqual(p.Value, v))))
        {
            newMeta["managedFields"] = before.DeepClone();
        }

        static (string, string, string, string) Timeless(JsonNode? entry) =>
            (Text(entry, "manager"), Text(entry, "operation"), Text(entry, "apiVersion"), Text(entry, "subresource"));

        static string Text(JsonNode? entry, string name) =>
            (entry as JsonObject)?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
    }

    private static JsonObject ApplyOrForce(
        JsonObject? live, JsonObject applied, ManagedFields managed, FieldManagementContext context, bool force)
    {
        var apply = new ServerSideApply(live, applied, managed, context);
        var conflicts = apply.Conflicts;
        if (conflicts.Count > 0 && !force)
        {
            if (context.Manager == LastAppliedConfiguration.Manager && live is not null
                && LastAppliedConfiguration.OwnedFields(live, context) is { } own)
            {
                conflicts = ApplyConflicts.Without(conflicts, own);
            }
            if (conflicts.Count > 0)
                throw ApplyConflicts.Refusal(conflicts);
        }
        return apply.Finish();
    }

    private static void Track(
        ManagedFields managed, JsonObject? live, JsonObject updated, FieldComparison comparison, FieldManagementContext context, string manager)
    {
        var self = ManagerIdentity.Updater(manager, context.ApiVersion, context.Subresource);
        Ownership.TakeFrom(managed, live, updated, comparison, context, self: null);
        var changed = comparison.Modified.Union(comparison.Added);
        if (!changed.IsEmpty)
        {
            var fields = managed.TryGet(self, out var before) ? changed.Union(before.Fields) : changed;
            managed.Set(new ManagedFieldsEntry(self, context.ApiVersion, context.Now, fields));
        }
        managed.CapUpdaters();
    }

    private static void Refuse(JsonObject applied, FieldManagementContext context)
    {
        var version = Text(applied, "apiVersion");
        var kind = Text(applied, "kind");
        if (context.Kind.Length > 0 && (version != context.ApiVersion || kind != context.Kind))
            throw PatchErrors.BadRequest($"invalid object type: {TypeName(version, kind)}");
        if (ManagedFields.Listed(applied) is not null)
            throw PatchErrors.BadRequest("metadata.managedFields must be nil");
        if (TypedValidation.Validate(context.Schema, applied) is { } error)
            throw PatchErrors.Unclassified($"failed to create typed patch object ({Describe(applied)}): {error}");
    }

    private static string Describe(JsonObject obj)
    {
        var metadata = obj["metadata"] as JsonObject;
        return $"{Text(metadata, "namespace")}/{Text(metadata, "name")}; {TypeName(Text(obj, "apiVersion"), Text(obj, "kind"))}";
    }

    private static string TypeName(string apiVersion, string kind) =>
        $"{(apiVersion.Contains('/', StringComparison.Ordinal) ? apiVersion : "/" + apiVersion)}, Kind={kind}";

    private static bool HasUid(JsonObject obj) => Text(obj["metadata"] as JsonObject, "uid").Length > 0;

    private static string Text(JsonObject? obj, string name) =>
        obj?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    private static void CopyOwners(JsonObject? live, JsonObject updated)
    {
        if (ManagedFields.Listed(live) is { } owners)
        {
            if (updated["metadata"] is not JsonObject metadata)
                updated["metadata"] = metadata = [];
            metadata["managedFields"] = owners.DeepClone();
        }
        else
            (updated["metadata"] as JsonObject)?.Remove("managedFields");
    }
}
