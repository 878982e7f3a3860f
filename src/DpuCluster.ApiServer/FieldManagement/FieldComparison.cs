using System.Collections.Frozen;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Patches;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.FieldManagement;

/// <summary>What a write changes, as sets of paths; found in one pass along both objects.</summary>
/// <param name="Added">Fields that only the new object has.</param>
/// <param name="Modified">Fields that both have, with different values.</param>
/// <param name="Removed">Fields that only the old object had.</param>
internal sealed record FieldComparison(FieldSet Added, FieldSet Modified, FieldSet Removed)
{
    // What the server itself sets, and what names the object: nobody owns these.
    private static readonly FrozenSet<string> UnownedMetadata = FrozenSet.Create(
        "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields", "resourceVersion");

    public bool IsEmpty => Added.IsEmpty && Modified.IsEmpty && Removed.IsEmpty;

    /// <summary>Compares two objects, leaving out what nobody owns.</summary>
    /// <param name="schema">Schema of the whole object.</param>
    /// <param name="live">The old object; null when there was none.</param>
    /// <param name="updated">The new object.</param>
    /// <exception cref="FormatException">An item of an associative list has no name.</exception>
    public static FieldComparison OfObjects(Schema schema, JsonObject? live, JsonObject updated)
    {
        schema = TypedShape.Root(schema);
        var changes = default(Changes);
        foreach (var (name, value) in updated)
        {
            if (name is "apiVersion" or "kind" or "metadata")
                continue;
            JsonNode? old = null;
            var had = live is not null && live.TryGetPropertyValue(name, out old);
            CompareChild(ref changes, PathElement.Field(name), TypedShape.Field(schema, name, out _), had, old, true, value);
        }
        if (live is not null)
        {
            foreach (var (name, value) in live)
            {
                if (name is not ("apiVersion" or "kind" or "metadata") && !updated.ContainsKey(name))
                    CompareChild(ref changes, PathElement.Field(name), TypedShape.Field(schema, name, out _), true, value, false, null);
            }
        }
        var metadata = default(Changes);
        CompareMaps(
            ref metadata, TypedShape.Field(schema, "metadata", out _), live?["metadata"] as JsonObject, updated["metadata"] as JsonObject, UnownedMetadata);
        metadata.AddTo(ref changes, PathElement.Field("metadata"));
        return changes.Build();
    }

    /// <summary>The comparison without what a filter takes out.</summary>
    public FieldComparison Through(FieldFilter filter) =>
        filter.IsNone || IsEmpty ? this : new FieldComparison(filter.Apply(Added), filter.Apply(Modified), filter.Apply(Removed));

    private static void CompareChild(
        ref Changes parent, PathElement element, Schema schema, bool hasOld, JsonNode? old, bool hasNew, JsonNode? updated)
    {
        var changes = default(Changes);
        Compare(ref changes, schema, hasOld, old, hasNew, updated);
        changes.AddTo(ref parent, element);
    }

    private static void Compare(ref Changes changes, Schema schema, bool hasOld, JsonNode? old, bool hasNew, JsonNode? updated)
    {
        var left = hasOld ? TypedShape.Of(schema, old) : Shape.Absent;
        var right = hasNew ? TypedShape.Of(schema, updated) : Shape.Absent;
        // Null goes for whatever the other side is.
        if (left == Shape.Null)
            left = right is Shape.Map or Shape.List ? right : Shape.Leaf;
        if (right == Shape.Null)
            right = left is Shape.Map or Shape.List ? left : Shape.Leaf;

        var isLeaf = false;
        if (left != Shape.Absent)
            isLeaf = Compare(ref changes, left, schema, hasOld, old, hasNew, updated);
        if (right != Shape.Absent && right != left)
            isLeaf = Compare(ref changes, right, schema, hasOld, old, hasNew, updated);
        if (!isLeaf)
        {
            changes.IsAdded |= !hasOld;
            changes.IsRemoved |= !hasNew;
        }
    }

    // Answers whether the value counts as a whole.
    private static bool Compare(
        ref Changes changes, Shape shape, Schema schema, bool hasOld, JsonNode? old, bool hasNew, JsonNode? updated)
    {
        switch (shape)
        {
            case Shape.Map when old is JsonObject { Count: > 0 } || updated is JsonObject { Count: > 0 }:
                CompareMaps(ref changes, schema, old as JsonObject, updated as JsonObject, null);
                return false;
            case Shape.List when old is JsonArray { Count: > 0 } || updated is JsonArray { Count: > 0 }:
                CompareLists(ref changes, schema, old as JsonArray, updated as JsonArray);
                return false;
            default:
                if (!hasOld)
                    changes.IsAdded = true;
                else if (!hasNew)
                    changes.IsRemoved = true;
                else if (!JsonEquality.AreEqual(old, updated))
                    changes.IsModified = true;
                return true;
        }
    }

    private static void CompareMaps(ref Changes changes, Schema schema, JsonObject? old, JsonObject? updated, FrozenSet<string>? skip)
    {
        if (updated is not null)
        {
            foreach (var (name, value) in updated)
            {
                if (skip?.Contains(name) == true)
                    continue;
                JsonNode? before = null;
                var had = old is not null && old.TryGetPropertyValue(name, out before);
                CompareChild(ref changes, PathElement.Field(name), TypedShape.Field(schema, name, out _), had, before, true, value);
            }
        }
        if (old is null)
            return;
        foreach (var (name, value) in old)
        {
            if (skip?.Contains(name) != true && updated?.ContainsKey(name) != true)
                CompareChild(ref changes, PathElement.Field(name), TypedShape.Field(schema, name, out _), true, value, false, null);
        }
    }

    private static void CompareLists(ref Changes changes, Schema schema, JsonArray? old, JsonArray? updated)
    {
        if (old is not null && updated is not null && JsonEquality.AreEqual(old, updated))
            return;
        var items = new Dictionary<PathElement, Occurrences>();
        foreach (var item in old ?? [])
        {
            var name = TypedShape.NameOf(schema, item);
            items[name] = items.GetValueOrDefault(name).WithOld(item);
        }
        foreach (var item in updated ?? [])
        {
            var name = TypedShape.NameOf(schema, item);
            items[name] = items.GetValueOrDefault(name).WithNew(item);
        }
        var itemSchema = TypedShape.Item(schema);
        foreach (var (name, found) in items)
        {
            // Items that share a name (older versions let them in) are owned together.
            var (before, after) = (found.OldCount, found.NewCount);
            if (before >= 2 && after >= 2)
            {
                if (!found.AllEqual)
                    changes.Modified(name);
            }
            else if (before >= 2)
            {
                if (after == 1)
                    CompareChild(ref changes, name, itemSchema, false, null, true, found.New);
                changes.Removed(name);
            }
            else if (after >= 2)
            {
                if (before == 1)
                    CompareChild(ref changes, name, itemSchema, true, found.Old, false, null);
                changes.Added(name);
            }
            else
                CompareChild(ref changes, name, itemSchema, before == 1, found.Old, after == 1, found.New);
        }
    }

    private readonly record struct Occurrences(JsonNode? Old, JsonNode? New, List<JsonNode?>? Olds, List<JsonNode?>? News, int OldCount, int NewCount)
    {
        public bool AllEqual => OldCount == NewCount && Olds!.Zip(News!).All(p => JsonEquality.AreEqual(p.First, p.Second));

        public Occurrences WithOld(JsonNode? item) => OldCount == 0
            ? this with { Old = item, OldCount = 1 }
            : this with { Olds = [.. Olds ?? [Old], item], OldCount = OldCount + 1 };

        public Occurrences WithNew(JsonNode? item) => NewCount == 0
            ? this with { New = item, NewCount = 1 }
            : this with { News = [.. News ?? [New], item], NewCount = NewCount + 1 };
    }

    // What was found at and below one place. Most places have not changed, and cost no allocation.
    private struct Changes
    {
        public bool IsAdded, IsModified, IsRemoved;
        private FieldSet.Builder? _added, _modified, _removed;

        public void Added(PathElement element) => (_added ??= new()).Add(element, true, null);

        public void Modified(PathElement element) => (_modified ??= new()).Add(element, true, null);

        public void Removed(PathElement element) => (_removed ??= new()).Add(element, true, null);

        public readonly void AddTo(ref Changes parent, PathElement element)
        {
            if (IsAdded || _added is not null)
                (parent._added ??= new()).Add(element, IsAdded, _added?.Build());
            if (IsModified || _modified is not null)
                (parent._modified ??= new()).Add(element, IsModified, _modified?.Build());
            if (IsRemoved || _removed is not null)
                (parent._removed ??= new()).Add(element, IsRemoved, _removed?.Build());
        }

        public readonly FieldComparison Build() => new(
            _added?.Build() ?? FieldSet.Empty, _modified?.Build() ?? FieldSet.Empty, _removed?.Build() ?? FieldSet.Empty);
    }
}
