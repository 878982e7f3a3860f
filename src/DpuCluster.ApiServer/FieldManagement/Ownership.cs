using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.FieldManagement;

/// <summary>What a write does to the owners of the fields that it changes.</summary>
internal static class Ownership
{
    /// <summary>Takes what has changed or gone from everybody but the writer.</summary>
    /// <returns>The fields that were taken although they are still there, by owner.</returns>
    public static List<(ManagerIdentity Owner, FieldSet Fields)> TakeFrom(
        ManagedFields managed, JsonObject? live, JsonObject updated, FieldComparison comparison, FieldManagementContext context, ManagerIdentity? self)
    {
        var taken = new List<(ManagerIdentity, FieldSet)>();
        var comparisons = new Dictionary<string, (FieldSet Changed, FieldSet Removed)>
        {
            [context.ApiVersion] = (comparison.Modified.Union(comparison.Added), comparison.Removed),
        };
        foreach (var entry in managed.Entries.ToArray())
        {
            if (entry.Identity == self)
                continue;
            if (!comparisons.TryGetValue(entry.ApiVersion, out var change))
            {
                if (context.SchemaIn(entry.ApiVersion) is not { } schema)
                {
                    // The version is no longer served: nobody can tell any more what was owned.
                    managed.Remove(entry.Identity);
                    continue;
                }
                if (ReferenceEquals(schema, context.Schema))
                    change = comparisons[context.ApiVersion];
                else
                {
                    var other = FieldComparison.OfObjects(schema, live, updated).Through(context.ResetFields);
                    change = (other.Modified.Union(other.Added), other.Removed);
                }
                comparisons[entry.ApiVersion] = change;
            }
            var conflicts = entry.Fields.Intersection(change.Changed);
            if (!conflicts.IsEmpty)
                taken.Add((entry.Identity, conflicts));
            managed.Set(entry.With(entry.Fields.Difference(conflicts).Difference(change.Removed)));
        }
        return taken;
    }
}
