using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.FieldManagement;

internal sealed partial class FieldSet
{
    private enum Operation
    {
        Union,
        Intersection,
        Difference,
        RecursiveDifference,
    }

    /// <summary>What is a member of either.</summary>
    public FieldSet Union(FieldSet other) =>
        IsEmpty || ReferenceEquals(this, other) ? other : other.IsEmpty ? this : Combine(this, other, Operation.Union);

    /// <summary>What is a member of both.</summary>
    public FieldSet Intersection(FieldSet other) => IsEmpty || other.IsEmpty ? Empty : Combine(this, other, Operation.Intersection);

    /// <summary>What is a member of this and not of the other.</summary>
    public FieldSet Difference(FieldSet other) => IsEmpty || other.IsEmpty ? this : Combine(this, other, Operation.Difference);

    /// <summary>What is a member of this and neither a member of the other nor below one.</summary>
    public FieldSet RecursiveDifference(FieldSet other) =>
        IsEmpty || other.IsEmpty ? this : Combine(this, other, Operation.RecursiveDifference);

    /// <summary>The members that have no members below them.</summary>
    public FieldSet Leaves()
    {
        var result = new Builder();
        foreach (var entry in _entries)
            result.Add(entry.Element, entry.IsMember && entry.Children is null, entry.Children?.Leaves());
        return result.Build();
    }

    /// <summary>
    /// Adds each field on the way to a member that the schema names (as opposed to an item of a map or list): sets of what is
    /// applied leave these out, since they come and go with what is in them.
    /// </summary>
    public FieldSet WithNamedFields(Schema? schema)
    {
        if (IsEmpty)
            return this;
        var entries = new Entry[_entries.Length];
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = _entries[i];
            if (entry.Children is null)
            {
                entries[i] = entry;
                continue;
            }
            var named = false;
            Schema? child = null;
            if (schema is not null && entry.Element.FieldName is { } field)
                child = TypedShape.Field(schema, field, out named);
            else if (schema is not null && entry.Element.IsKey)
                child = schema.Items;
            entries[i] = new Entry(entry.Element, entry.IsMember || named, entry.Children.WithNamedFields(child));
        }
        return new FieldSet(entries);
    }

    /// <summary>The members that are members of the other, or below one.</summary>
    public FieldSet Within(FieldSet other)
    {
        var result = new Builder();
        foreach (var entry in _entries)
        {
            var at = other.Find(entry.Element);
            if (at < 0)
                continue;
            if (other._entries[at].IsMember)
                result.Add(entry.Element, entry.IsMember, entry.Children);
            else
                result.Add(entry.Element, false, entry.Children?.Within(other._entries[at].Children!));
        }
        return result.Build();
    }

    private static FieldSet Combine(FieldSet left, FieldSet right, Operation operation)
    {
        var result = new List<Entry>(operation == Operation.Union ? left._entries.Length + right._entries.Length : left._entries.Length);
        int i = 0, j = 0;
        while (i < left._entries.Length || j < right._entries.Length)
        {
            var order = i == left._entries.Length ? 1
                : j == right._entries.Length ? -1
                : left._entries[i].Element.CompareTo(right._entries[j].Element);
            if (order < 0)
            {
                if (operation != Operation.Intersection)
                    result.Add(left._entries[i]);
                i++;
            }
            else if (order > 0)
            {
                if (operation == Operation.Union)
                    result.Add(right._entries[j]);
                j++;
            }
            else
            {
                var entry = Combine(left._entries[i++], right._entries[j++], operation);
                if (entry.IsMember || entry.Children is not null)
                    result.Add(entry);
            }
        }
        return result.Count == 0 ? Empty : new FieldSet([.. result]);
    }

    private static Entry Combine(Entry left, Entry right, Operation operation)
    {
        var children = operation switch
        {
            Operation.Union => left.Children is null ? right.Children : right.Children is null ? left.Children : left.Children.Union(right.Children),
            Operation.Intersection => right.Children is null ? null : left.Children?.Intersection(right.Children),
            Operation.Difference => right.Children is null ? left.Children : left.Children?.Difference(right.Children),
            _ => right.IsMember ? null : right.Children is null ? left.Children : left.Children?.RecursiveDifference(right.Children),
        };
        var isMember = operation switch
        {
            Operation.Union => left.IsMember || right.IsMember,
            Operation.Intersection => left.IsMember && right.IsMember,
            _ => left.IsMember && !right.IsMember,
        };
        return new Entry(left.Element, isMember, children is { IsEmpty: true } ? null : children);
    }
}
