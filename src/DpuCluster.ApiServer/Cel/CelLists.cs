using static DpuCluster.ApiServer.Cel.CelType;

namespace DpuCluster.ApiServer.Cel;

/// <summary>Functions of lists, and lists as sets.</summary>
internal static class CelLists
{
    public static void Declare(CelFunctionTable table)
    {
        foreach (var type in CelExtendedLists.Comparable)
        {
            table.Member("isSorted", [List(type)], CelType.Bool, IsSorted);
            table.Member("min", [List(type)], type, (frame, arguments) => Extreme(frame, (CelList)arguments[0], "min", -1));
            table.Member("max", [List(type)], type, (frame, arguments) => Extreme(frame, (CelList)arguments[0], "max", 1));
        }
        DeclareSum(table, Int, 0L);
        DeclareSum(table, Uint, 0UL);
        DeclareSum(table, CelType.Double, 0.0);
        DeclareSum(table, Duration, new CelDuration(0));
        table.Member("indexOf", [List(A), A], Int, (frame, arguments) => IndexOf(frame, (CelList)arguments[0], arguments[1], last: false));
        table.Member("lastIndexOf", [List(A), A], Int, (frame, arguments) =>
            IndexOf(frame, (CelList)arguments[0], arguments[1], last: true));
        table.Global("sets.contains", [List(A), List(A)], CelType.Bool, (frame, arguments) =>
            ContainsAll(frame, (CelList)arguments[0], (CelList)arguments[1]));
        table.Global("sets.equivalent", [List(A), List(A)], CelType.Bool, (frame, arguments) =>
        {
            var there = ContainsAll(frame, (CelList)arguments[0], (CelList)arguments[1]);
            return there is true ? ContainsAll(frame, (CelList)arguments[1], (CelList)arguments[0]) : there;
        });
        table.Global("sets.intersects", [List(A), List(A)], CelType.Bool, Intersects);
    }

    private static object IsSorted(CelFrame frame, object[] arguments)
    {
        var list = (CelList)arguments[0];
        ChargeTraversal(frame, list);
        for (var i = 1; i < list.Count; i++)
        {
            if (list[i - 1] is CelError || list[i] is CelError || CelValues.Compare(list[i - 1], list[i]) is not { } order)
                return CelError.NoSuchOverload;
            if (order > 0)
                return CelValues.False;
        }
        return CelValues.True;
    }

    private static void ChargeTraversal(CelFrame frame, CelList list)
    {
        frame.Charge(list.Count);
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is string or CelBytes)
                frame.ChargeText(CelValues.Size(list[i]));
        }
    }

    private static object Extreme(CelFrame frame, CelList list, string name, int sign)
    {
        ChargeTraversal(frame, list);
        if (list.Count == 0)
            return new CelError($"{name} called on empty list");
        var extreme = list[0];
        for (var i = 1; i < list.Count; i++)
        {
            if (CelValues.Compare(list[i], extreme) is not { } order)
                return list[i] as CelError ?? CelError.NoSuchOverload;
            if (order * sign > 0 && order != int.MinValue)
                extreme = list[i];
        }
        return extreme;
    }

    private static void DeclareSum(CelFunctionTable table, CelType type, object zero) =>
        table.Member("sum", [List(type)], type, (frame, arguments) =>
    {
        var list = (CelList)arguments[0];
        frame.Charge(list.Count);
        var sum = list.Count == 0 ? zero : list[0];
        for (var i = 1; i < list.Count && sum is not CelError; i++)
            sum = new ArithmeticNode(new ConstantNode(sum), new ConstantNode(list[i]), '+').Evaluate(frame);
        return sum;
    });

    private static object IndexOf(CelFrame frame, CelList list, object wanted, bool last)
    {
        ChargeTraversal(frame, list);
        for (var i = 0; i < list.Count; i++)
        {
            var index = last ? list.Count - 1 - i : i;
            frame.ChargeWork(1);
            var equal = CelValues.Equal(frame, list[index], wanted);
            if (equal is CelError)
                return equal;
            if (equal is true)
                return (long)index;
        }
        return -1L;
    }

    private static object ContainsAll(CelFrame frame, CelList list, CelList wanted)
    {
        frame.Charge((long)list.Count * wanted.Count + 1);
        for (var i = 0; i < wanted.Count; i++)
        {
            var there = InNode.Contains(frame, list, wanted[i]);
            if (there is not true)
                return there;
        }
        return CelValues.True;
    }

    private static object Intersects(CelFrame frame, object[] arguments)
    {
        var (left, right) = ((CelList)arguments[0], (CelList)arguments[1]);
        frame.Charge((long)left.Count * right.Count + 1);
        for (var i = 0; i < left.Count; i++)
        {
            var there = InNode.Contains(frame, right, left[i]);
            if (there is not false)
                return there;
        }
        return CelValues.False;
    }
}
