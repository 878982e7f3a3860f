using static DpuCluster.ApiServer.Cel.CelType;

namespace DpuCluster.ApiServer.Cel;

/// <summary>Functions of values that may be missing.</summary>
internal static class CelOptionals
{
    public static void Declare(CelFunctionTable table)
    {
        table.Global("optional.of", [A], Optional(A), Nominal(arguments => new CelOptional(arguments[0])));
        table.Global("optional.ofNonZeroValue", [A], Optional(A), Nominal(arguments =>
            IsZero(arguments[0]) ? CelOptional.None : new CelOptional(arguments[0])));
        table.Global("optional.none", [], Optional(A), Nominal(_ => CelOptional.None));
        table.Member("hasValue", [Optional(A)], CelType.Bool,
            Nominal(arguments => CelValues.Bool(((CelOptional)arguments[0]).Value is not null)));
        table.Member("value", [Optional(A)], A, Nominal(arguments =>
            ((CelOptional)arguments[0]).Value ?? new CelError("optional.none() dereference")));
        table.Member("or", [Optional(A), Optional(A)], Optional(A), null);
        table.Member("orValue", [Optional(A), A], A, null);
        table.Global("optional.unwrap", [List(Optional(A))], List(A), Unwrap);
        table.Member("unwrapOpt", [List(Optional(A))], List(A), Unwrap);
        table.Member("first", [List(A)], Optional(A), Nominal(arguments => At((CelList)arguments[0], last: false)));
        table.Member("last", [List(A)], Optional(A), Nominal(arguments => At((CelList)arguments[0], last: true)));
    }

    private static CelFunctionBody Nominal(Func<object[], object> body) => (frame, arguments) =>
    {
        frame.Charge(1);
        return body(arguments);
    };

    private static object At(CelList list, bool last)
    {
        if (list.Count == 0)
            return CelOptional.None;
        var value = list[last ? list.Count - 1 : 0];
        return value is CelError ? value : new CelOptional(value);
    }

    private static object Unwrap(CelFrame frame, object[] arguments)
    {
        var list = (CelList)arguments[0];
        frame.Charge(list.Count + 1);
        var items = new List<object>();
        foreach (var item in list)
        {
            if (item is not CelOptional optional)
                return item as CelError ?? CelError.NoSuchOverload;
            if (optional.Value is not null)
                items.Add(optional.Value);
        }
        return new CelArray(items);
    }

    private static bool IsZero(object value) => value switch
    {
        bool truth => !truth,
        long number => number == 0,
        ulong number => number == 0,
        double number => number == 0,
        string text => text.Length == 0,
        CelBytes bytes => bytes.Data.Length == 0,
        CelNull => true,
        CelDuration duration => duration.Nanoseconds == 0,
        CelTimestamp time => time == default,
        CelList list => list.Count == 0,
        CelMap map => map.Count == 0,
        CelOptional optional => optional.Value is null,
        _ => false,
    };
}
