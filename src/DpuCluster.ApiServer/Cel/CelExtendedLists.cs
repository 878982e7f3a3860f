using static DpuCluster.ApiServer.Cel.CelType;

namespace DpuCluster.ApiServer.Cel;

/// <summary>Functions that make new lists: the list extension of the language in its third version, which Kubernetes has since 1.34.</summary>
internal static class CelExtendedLists
{
    /// <summary>What errors call <c>sortBy</c>, which is a macro around a function of this name.</summary>
    public const string SortByKeys = "@sortByAssociatedKeys";

    private const long NewList = 11;
    private const long MostRange = 10_000_000;

    /// <summary>What can be put into an order.</summary>
    public static CelType[] Comparable { get; } = [Int, Uint, CelType.Double, CelType.Bool, Duration, Timestamp, CelType.String, Bytes];

    public static void Declare(CelFunctionTable table)
    {
        table.Member("slice", [List(A), Int, Int], List(A), (frame, arguments) => Slice(frame, (CelList)arguments[0], (long)arguments[1], (long)arguments[2]));
        table.Member("flatten", [List(List(A))], List(A), (frame, arguments) => Flatten(frame, (CelList)arguments[0], 1));
        table.Member("flatten", [List(Dyn), Int], List(Dyn), (frame, arguments) => Flatten(frame, (CelList)arguments[0], (long)arguments[1]));
        table.Member("distinct", [List(A)], List(A), (frame, arguments) => Distinct(frame, (CelList)arguments[0]));
        table.Member("reverse", [List(A)], List(A), (frame, arguments) => Reverse(frame, (CelList)arguments[0]));
        table.Global("lists.range", [Int], List(Int), (frame, arguments) => Range(frame, (long)arguments[0]));
        foreach (var type in Comparable)
            table.Member("sort", [List(type)], List(type), (frame, arguments) => SortBy(frame, (CelList)arguments[0], (CelList)arguments[0]));
    }

    /// <summary>The items of a list in the order of their keys; items of equal keys stay in their order.</summary>
    public static object SortBy(CelFrame frame, CelList list, CelList keys)
    {
        ChargeComparisons(frame, keys);
        if (list.Count == 0) return list;
        var items = list.Zip(keys, (item, key) => (Item: item, Key: key)).ToArray();
        foreach (var (item, key) in items)
        {
            if (item is CelError || key is CelError) return item as CelError ?? key;
            if (CelValues.Compare(key, key) is null) return new CelError("list elements must be comparable");
            if (key.GetType() != items[0].Key.GetType()) return new CelError("list elements must have the same type");
        }

        return new CelArray([.. items.OrderBy(one => one.Key, Comparer<object>.Create((left, right) => CelValues.Compare(left, right)!.Value)).Select(one => one.Item)]);
    }

    private static object Slice(CelFrame frame, CelList list, long start, long end)
    {
        if (start < 0 || end < 0) return new CelError($"cannot slice({start}, {end}), negative indexes not supported");
        if (start > end) return new CelError($"cannot slice({start}, {end}), start index must be less than or equal to end index");
        if (list.Count < end) return new CelError($"cannot slice({start}, {end}), list is length {list.Count}");
        frame.Charge(end - start + NewList);
        return Taken(list, (int)start, (int)(end - start), static (first, i) => first + i);
    }

    private static object Reverse(CelFrame frame, CelList list)
    {
        frame.Charge(list.Count + NewList);
        return Taken(list, list.Count - 1, list.Count, static (last, i) => last - i);
    }

    private static object Taken(CelList list, int from, int count, Func<int, int, int> index)
    {
        var items = new object[count];
        for (var i = 0; i < count; i++)
        {
            items[i] = list[index(from, i)];
            if (items[i] is CelError) return items[i];
        }

        return new CelArray(items);
    }

    private static object Range(CelFrame frame, long count)
    {
        if (count < 0) return new CelError($"lists.range: size must be non-negative, got {count}");
        if (count > MostRange) return new CelError($"lists.range: size {count} exceeds maximum allowed ({MostRange})");
        frame.Charge(count + NewList);
        return new CelArray([.. Enumerable.Range(0, (int)count).Select(i => (object)(long)i)]);
    }

    private static object Flatten(CelFrame frame, CelList list, long depth)
    {
        if (depth < 0) return new CelError("level must be non-negative");
        frame.Charge(NewList);
        var items = new List<object>();
        return Flatten(frame, list, depth, items) ?? (object)new CelArray(items);
    }

    /// <returns>What went wrong; null for nothing.</returns>
    private static CelError? Flatten(CelFrame frame, CelList list, long depth, List<object> items)
    {
        frame.Charge(list.Count);
        for (var i = 0; i < list.Count; i++)
        {
            switch (list[i])
            {
                case CelError error:
                    return error;
                case CelList inner when depth > 0:
                    if (Flatten(frame, inner, depth - 1, items) is { } failed) return failed;
                    break;
                case var item:
                    items.Add(item);
                    break;
            }
        }

        return null;
    }

    private static object Distinct(CelFrame frame, CelList list)
    {
        ChargeComparisons(frame, list);
        var items = new List<object>();
        foreach (var item in list)
        {
            switch (InNode.Contains(frame, new CelArray(items), item))
            {
                case CelError error:
                    return error;
                case false:
                    items.Add(item);
                    break;
            }
        }

        return new CelArray(items);
    }

    /// <summary>Every item is counted as if it were compared with every other.</summary>
    private static void ChargeComparisons(CelFrame frame, CelList list)
    {
        var each = list.Count > 0 && list[0] is string or CelBytes ? 2.1 : 2;
        frame.Charge((long)((double)list.Count * list.Count * each) + NewList);
    }
}
