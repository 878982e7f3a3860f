using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Patches;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.FieldManagement;

/// <summary>One apply: computed in the constructor, so that the conflicts are known before anything is taken over.</summary>
internal sealed class ServerSideApply
{
    // What only names the object is not owned by those who apply it either.
    private static readonly FieldSet Unowned = FieldSet.Of(
        ["apiVersion"], ["kind"], ["metadata"], ["metadata", "name"], ["metadata", "namespace"], ["metadata", "creationTimestamp"],
        ["metadata", "selfLink"], ["metadata", "uid"], ["metadata", "clusterName"], ["metadata", "generation"],
        ["metadata", "managedFields"], ["metadata", "resourceVersion"]);

    private readonly ManagedFields _managed;
    private readonly JsonObject _result;
    private readonly ManagerIdentity _self;
    private readonly FieldManagementContext _context;
    private readonly bool _changes;

    public ServerSideApply(JsonObject? live, JsonObject applied, ManagedFields managed, FieldManagementContext context)
    {
        _context = context;
        _managed = managed.Copy();
        _self = ManagerIdentity.Applier(context.Manager, context.Subresource);
        var before = _managed[_self];
        var fields = context.ResetFields.Apply(OwnedFields.Of(context.Schema, applied));
        _managed.Set(new ManagedFieldsEntry(_self, context.ApiVersion, before?.Time, fields));

        var merged = TypedMerge.Merge(context.Schema, live ?? [], applied);
        _result = Prune(merged, before);
        var comparison = FieldComparison.OfObjects(context.Schema, live, _result).Through(context.ResetFields);
        Conflicts = Ownership.TakeFrom(_managed, live, _result, comparison, context, _self);
        _changes = live is null || !JsonEquality.AreEqual(WithoutOwners(live), WithoutOwners(_result));
    }

    /// <summary>Fields that others own and that would get another value.</summary>
    public List<(ManagerIdentity Owner, FieldSet Fields)> Conflicts { get; }

    /// <summary>The object to store, with its new owners.</summary>
    public JsonObject Finish()
    {
        if (_managed.TryGet(_self, out var own))
        {
            // An apply that changes nothing leaves the time as it was.
            _managed.Set(own.With(own.Fields.Difference(Unowned), _changes ? _context.Now : own.Time));
        }
        _managed.WriteTo(_result);
        return _result;
    }

    /// <summary>
    /// Takes out what the manager applied before and applies no longer, as far as nobody else (nor what it applies now) owns it
    /// or something in it.
    /// </summary>
    private JsonObject Prune(JsonObject merged, ManagedFieldsEntry? before)
    {
        if (before is null || before.Fields.IsEmpty || _context.SchemaIn(before.ApiVersion) is not { } schema)
            return merged;
        var root = TypedShape.Root(schema);
        var last = before.Fields.WithNamedFields(root);
        var pruned = TypedRemoval.Remove(schema, merged, last);

        // The version that was applied before goes first.
        foreach (var version in _managed.Entries.Select(e => e.ApiVersion).Distinct().OrderBy(v => v != before.ApiVersion).ToArray())
        {
            if (_context.SchemaIn(version) is { } other)
                pruned = KeepOwned(other, version, merged, pruned);
        }

        var everything = OwnedFields.Of(schema, merged).WithNamedFields(root);
        // A list that has only lost its items is kept, and what it is in.
        var kept = OwnedFields.Of(schema, pruned, emptyLists: true).WithNamedFields(root);
        return TypedRemoval.Remove(schema, merged, everything.Difference(kept).Intersection(last));
    }

    private JsonObject KeepOwned(Schema schema, string version, JsonObject merged, JsonObject pruned)
    {
        var owned = FieldSet.Empty;
        foreach (var entry in _managed.Entries)
        {
            if (entry.ApiVersion == version)
                owned = owned.Union(entry.Fields);
        }
        var root = TypedShape.Root(schema);
        var everything = OwnedFields.Of(schema, merged).WithNamedFields(root);
        var kept = OwnedFields.Of(schema, pruned, emptyLists: true).WithNamedFields(root).Union(owned.WithNamedFields(root));
        return TypedRemoval.Remove(schema, merged, everything.Difference(kept));
    }

    private static JsonObject WithoutOwners(JsonObject obj)
    {
        if (ManagedFields.Listed(obj) is null)
            return obj;
        var copy = (JsonObject)obj.DeepClone();
        copy["metadata"]!.AsObject().Remove("managedFields");
        return copy;
    }
}
