namespace DpuCluster.ApiServer.Cel;

/// <summary>What calls can cost at most, without their arguments, and how large their results can be: the numbers of kube-apiserver.</summary>
internal static class CelCallCosts
{
    private const double PerCharacter = 0.1;
    private const double PerPatternCharacter = 0.25;

    // How long the expressions behind named formats are taken to be.
    private const double FormatPattern = 128;

    // Addresses have 4 or 16 bytes.
    private const ulong AddressBytes = 16;

    // How long named formats are taken to be.
    private const ulong LongestFormat = 64;

    // The list of a selector's requirements, and one of these.
    private const ulong NewRequirements = 10;
    private const double Requirement = 50;

    // A call, and the list that it makes.
    private const ulong NewList = 11;

    /// <summary>Cost and size of the result; null where nothing is known of the size that its type or place do not say.</summary>
    public static (ulong Cost, SizeRange? Result) Of(CelCostEstimate estimate, CelOverload overload, CallExpression call)
    {
        SizeRange Size(int argument) => estimate.Size(call.Arguments[argument]);
        var target = call.Target is null ? default : estimate.Size(call.Target);
        switch (overload.Function)
        {
            case "isSorted" or "sum" or "max" or "min" or "indexOf" or "lastIndexOf" when call.Target is { } list:
                return (Search(estimate, list, target), null);
            case "url":
                return (Text(Size(0)), Size(0));
            case "lowerAscii" or "upperAscii" or "substring" or "trim":
                return (Text(target), target);
            case "replace":
                return (Text(target, 2), Replaced(target, Size(0), Size(1)));
            case "split":
                return (Text(target, 2), new SizeRange(0, call.Arguments is [_, ConstantExpression { Value: long most }] ? (ulong)most : target.Max));
            case "join":
                return Join(target, estimate.ElementSize(call.Target!), call.Arguments.Length > 0 ? Size(0) : null);
            case "find" or "findAll":
                return (Match(target, Size(0)), new SizeRange(0, target.Max));
            case "matches" when overload.IsMember:
                return (Match(target, Size(0)), null);
            case "contains":
                return (SizeRange.Multiply(Text(target), Text(Size(0))), null);
            case "startsWith" or "endsWith":
                return (Text(Size(0)), null);
            case "format":
                return (Text(target), null);
            case "strings.quote":
                return (Text(Size(0)), new SizeRange(SizeRange.Add(Size(0).Min, 2), SizeRange.Add(SizeRange.Multiply(Size(0).Max, 2), 2)));
            case "bytes" when overload.Parameters[0].Kind == CelKind.String:
                return (Text(Size(0)), new SizeRange(Size(0).Min, SizeRange.Multiply(Size(0).Max, 4)));
            case "string" when overload.Parameters[0].Kind == CelKind.Bytes:
                return (Text(Size(0)), new SizeRange(Size(0).Min / 4, Size(0).Max));
            case "cidr" or "isIP" or "isCIDR" or "quantity" or "isQuantity" or "semver" or "isSemver":
            case "ip" when !overload.IsMember:
                return (Text(Size(0)), null);
            case "ip.isCanonical":
                return (Text(Size(0), 2), null);
            case "containsIP" or "containsCIDR":
                return (Contains(overload, Size(0)), null);
            case "check":
                return (350_000, null);
            case "fieldSelector" or "labelSelector":
                return (Selector(Size(0)), null);
            case "validate":
                return (SizeRange.Scale(Text(Size(0)), FormatPattern * PerPatternCharacter), null);
            case "slice":
                var taken = SizeRange.Exactly(Literal(call.Arguments[1], target.Max) - Literal(call.Arguments[0], 0));
                return (SizeRange.Add(taken.Max, NewList), taken);
            case "lists.range":
                var counted = SizeRange.Exactly(Literal(call.Arguments[0], ulong.MaxValue));
                return (SizeRange.Add(counted.Max, NewList), counted);
            case "reverse":
                return (SizeRange.Add(target.Max, NewList), target);
            case "flatten":
                var depth = call.Arguments.Length == 0 ? 1 : Literal(call.Arguments[0], ulong.MaxValue);
                return (SizeRange.Add(SizeRange.Multiply(target.Max, depth), NewList), target);
            case "distinct":
                return (Comparisons(target, CelType.Dyn), target * target);
            case "sort":
                return (Comparisons(target, overload.Parameters[0].Arguments[0]), target * target);
            case "sets.contains" or "sets.intersects":
                return (SizeRange.Add((Size(0) * Size(1)).Max, 1), null);
            case "sets.equivalent":
                return (SizeRange.Add(SizeRange.Multiply((Size(0) * Size(1)).Max, 2), 1), null);
            case "@in" when overload.Parameters[1].Kind == CelKind.List:
                return (Size(1).Max, null);
            case "_==_" when estimate.TypeOf(call.Arguments[0]) is { Kind: CelKind.Opaque, IsOptional: false } type:
                return (type == CelLibraryTypes.Url ? SizeRange.Scale(estimate.ComputedSize(call.Arguments[1])?.Max ?? 1, PerCharacter)
                    : type == CelLibraryTypes.Format ? SizeRange.Scale(LongestFormat, PerCharacter)
                    : 1, null);
            case "_==_" or "_!=_":
            case "_<_" or "_<=_" or "_>_" or "_>=_" when overload.Parameters[0].Kind is CelKind.String or CelKind.Bytes:
                return (SizeRange.Scale(Math.Min(Size(0).Max, Size(1).Max), PerCharacter), null);
            case "_+_" when overload.Parameters[0].Kind is CelKind.String or CelKind.Bytes:
                return (Text(Size(0) + Size(1)), Size(0) + Size(1));
            case "_+_" when overload.Parameters[0].Kind == CelKind.List:
                return (1, Size(0) + Size(1));
            default:
                return (1, null);
        }
    }

    /// <summary>It is read, and each of its requirements, as short as two characters, is a list and a structure in a list.</summary>
    private static ulong Selector(SizeRange size) =>
        SizeRange.Add(SizeRange.Add(NewRequirements, Text(size)), SizeRange.Scale(SizeRange.Scale(size.Max, 0.5), Requirement));

    private static ulong Text(SizeRange size, double times = 1) => SizeRange.Scale(size.Max, times * PerCharacter);

    private static ulong Match(SizeRange text, SizeRange pattern) =>
        SizeRange.Multiply(Text(text + SizeRange.Exactly(1)), SizeRange.Scale(pattern.Max, PerPatternCharacter));

    /// <summary>Once along a string, or along a list and the strings in it.</summary>
    private static ulong Search(CelCostEstimate estimate, CelExpression target, SizeRange size)
    {
        if (estimate.TypeOf(target) is not { Kind: CelKind.List, Arguments: [var element] }) return Text(size);
        var each = element.Kind is CelKind.String or CelKind.Bytes ? SizeRange.Add(1, Text(estimate.ElementSize(target))) : 1;
        return SizeRange.Multiply(size.Max, each);
    }

    private static SizeRange Replaced(SizeRange text, SizeRange old, SizeRange replacement)
    {
        var (most, keptAtMost) = old.Min == 0 ? (SizeRange.Add(text.Max, 1), text.Max)
            : replacement.Max <= old.Min ? (0UL, text.Max)
            : (DivideUp(text.Max, old.Min), 0UL);
        var (fewest, keptAtLeast) = old.Max == 0 ? (SizeRange.Add(text.Min, 1), text.Min)
            : old.Max <= replacement.Min ? (0UL, text.Min)
            : (DivideUp(text.Min, old.Max), 0UL);
        return (new SizeRange(fewest, most) * replacement) + new SizeRange(keptAtLeast, keptAtMost);
    }

    /// <summary>What a function is given literally; a number that is taken instead where that is not known before.</summary>
    private static ulong Literal(CelExpression argument, ulong unknown) => argument is ConstantExpression { Value: long number } ? unchecked((ulong)number) : unknown;

    /// <summary>Of each item of a list with each, and the list that is made of them.</summary>
    public static ulong Comparisons(SizeRange list, CelType item) =>
        SizeRange.Add(SizeRange.Scale(SizeRange.Multiply(list.Max, list.Max), item.Kind is CelKind.String or CelKind.Bytes ? 2 + PerCharacter : 2), NewList);

    private static ulong DivideUp(ulong number, ulong by) => (number / by) + (number % by == 0 ? 0UL : 1UL);

    private static (ulong Cost, SizeRange? Result) Join(SizeRange list, SizeRange element, SizeRange? separator)
    {
        var size = list * element;
        if (separator is { } between) size += between * new SizeRange(list.Min == 0 ? 0 : list.Min - 1, list.Max == 0 ? 0 : list.Max - 1);
        return (Text(size), size);
    }

    private static ulong Contains(CelOverload overload, SizeRange other)
    {
        var cost = SizeRange.Scale(2 * AddressBytes, PerCharacter);
        if (overload.Function == "containsCIDR") cost += SizeRange.Scale(AddressBytes, PerCharacter) + 1;
        return overload.Parameters[1].Kind == CelKind.String ? SizeRange.Add(cost, Text(other)) : cost;
    }
}
