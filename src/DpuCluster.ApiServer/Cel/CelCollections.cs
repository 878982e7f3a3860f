using System.Collections;

namespace DpuCluster.ApiServer.Cel;

/// <summary>A list; elements may be made when they are asked for.</summary>
internal abstract class CelList : IEnumerable<object>
{
    public abstract int Count { get; }

    /// <summary>An element by an index that is within the list.</summary>
    public abstract object this[int index] { get; }

    public virtual object EqualTo(CelFrame frame, CelList other)
    {
        if (Count != other.Count)
            return CelValues.False;
        for (var i = 0; i < Count; i++)
        {
            frame.ChargeWork(1);
            var equal = CelValues.Equal(frame, this[i], other[i]);
            if (!ReferenceEquals(equal, CelValues.True))
                return equal;
        }
        return CelValues.True;
    }

    /// <summary>This list with another after it; lists that are sets or maps of the schema merge instead.</summary>
    public virtual CelList Concatenated(CelFrame frame, CelList other)
    {
        if (other.Count == 0)
            return this;
        if (Count == 0)
            return other;
        frame.ChargeWork(Count + other.Count);
        var items = new List<object>(Count + other.Count);
        items.AddRange(this);
        items.AddRange(other);
        return new CelArray(items);
    }

    public IEnumerator<object> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

internal sealed class CelArray(IReadOnlyList<object> items) : CelList
{
    public static readonly CelArray Empty = new([]);

    public override int Count => items.Count;

    public override object this[int index] => items[index];
}

/// <summary>A map, or an object of the schema with the names of its fields as keys.</summary>
internal abstract class CelMap
{
    public abstract int Count { get; }

    public abstract IEnumerable<object> Keys { get; }

    /// <summary>The value of a key; null when there is none.</summary>
    public abstract object? Find(object key);

    public virtual object EqualTo(CelFrame frame, CelMap other)
    {
        if (Count != other.Count)
            return CelValues.False;
        foreach (var key in Keys)
        {
            frame.ChargeWork(1);
            if (Find(key) is not { } mine || other.Find(key) is not { } theirs)
                return CelValues.False;
            var equal = CelValues.Equal(frame, mine, theirs);
            if (!ReferenceEquals(equal, CelValues.True))
                return equal;
        }
        return CelValues.True;
    }
}

internal sealed class CelDictionary : CelMap
{
    private readonly Dictionary<object, object> _values = [];

    public override int Count => _values.Count;

    public override IEnumerable<object> Keys => _values.Keys;

    public override object? Find(object key) => _values.GetValueOrDefault(CelValues.Key(key));

    /// <summary>False when the key is there already.</summary>
    public bool Add(object key, object value) => _values.TryAdd(CelValues.Key(key), value);
}
