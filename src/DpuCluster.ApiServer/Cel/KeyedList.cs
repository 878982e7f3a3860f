namespace DpuCluster.ApiServer.Cel;

/// <summary>A list that is a set or a map of the schema, and what comes of adding to one: its order does not matter, and sums merge.</summary>
/// <param name="items">The items.</param>
/// <param name="key">What tells an item from the others.</param>
internal sealed class KeyedList(IReadOnlyList<object> items, Func<object, object> key) : CelList
{
    public override int Count => items.Count;

    public override object this[int index] => items[index];

    public override object EqualTo(CelFrame frame, CelList other)
    {
        if (Count != other.Count)
            return CelValues.False;
        frame.ChargeWork(Count);
        var mine = items.GroupBy(key).ToDictionary(group => group.Key, group => group.Last());
        foreach (var item in other)
        {
            if (!mine.TryGetValue(key(item), out var value))
                return CelValues.False;
            var equal = CelValues.Equal(frame, value, item);
            if (!ReferenceEquals(equal, CelValues.True))
                return equal;
        }
        return CelValues.True;
    }

    public override CelList Concatenated(CelFrame frame, CelList other)
    {
        frame.ChargeWork(Count + other.Count);
        var merged = new List<object>(items);
        var places = new Dictionary<object, int>();
        for (var i = 0; i < merged.Count; i++)
            places[key(merged[i])] = i;
        foreach (var item in other)
        {
            if (places.TryAdd(key(item), merged.Count))
                merged.Add(item);
            else
                merged[places[key(item)]] = item;
        }
        return new KeyedList(merged, key);
    }
}
