namespace DpuCluster.ApiServer.Cel;

/// <summary>
/// Estimates what a checked expression can cost at most, in the units of Kubernetes. kube-apiserver decides by this number which rules a
/// definition may have, so that it is computed as there, oddities included: what is known of the sizes of values follows the path from
/// <c>self</c>, and a path that begins anywhere else (the items of a list that was computed) is looked up as if it began there.
/// </summary>
internal sealed class CelCostEstimate(SchemaSize root, Func<CelType, CelType> resolve)
{
    private const ulong Step = 1;
    private const ulong NewList = 10;
    private const ulong NewMap = 30;

    private readonly Dictionary<CelExpression, Place> _places = [];
    private readonly Dictionary<CelExpression, SizeRange> _sizes = [];
    private readonly Dictionary<CelExpression, SizeRange> _elementSizes = [];
    private readonly Dictionary<CelVariable, Place> _variables = [];

    /// <summary>The most that one evaluation costs; the largest number there is when there is no bound.</summary>
    public ulong Of(CelExpression expression) => expression switch
    {
        ConstantExpression => 0,
        IdentifierExpression identifier => Identifier(identifier),
        SelectExpression select => Select(select),
        CallExpression call => Call(call),
        ListExpression list => List(list),
        MapExpression map => Map(map),
        ComprehensionExpression comprehension => Comprehension(comprehension),
        _ => 0,
    };

    /// <summary>How large the value of an expression that was estimated can be.</summary>
    public SizeRange Size(CelExpression expression) => KnownSize(expression) ?? SizeRange.Unknown;

    /// <summary>How large the result of an expression is by the functions in it; null where they say nothing.</summary>
    public SizeRange? ComputedSize(CelExpression expression) => _sizes.TryGetValue(expression, out var size) ? size : null;

    /// <summary>How large the elements of a list can be; unknown where it did not come from the object.</summary>
    public SizeRange ElementSize(CelExpression list) =>
        PlaceOf(list) is { Exists: true } place && place.Node?.Elements is { } elements ? new SizeRange(0, elements.MaxElements) : SizeRange.Unknown;

    public CelType TypeOf(CelExpression expression) => resolve(expression.Type);

    private SizeRange? KnownSize(CelExpression expression)
    {
        if (_sizes.TryGetValue(expression, out var known)) return known;
        switch (expression)
        {
            case ConstantExpression { Value: string text }:
                return SizeRange.Exactly((ulong)Runes.Count(text));
            case ConstantExpression { Value: CelBytes bytes }:
                return SizeRange.Exactly((ulong)CelValues.Size(bytes));
            case ConstantExpression:
                return SizeRange.Exactly(1);
            case ListExpression list:
                return SizeRange.Exactly((ulong)list.Elements.Length);
            case MapExpression map:
                return SizeRange.Exactly((ulong)map.Entries.Length);
        }

        if (PlaceOf(expression) is { Exists: true, Node: { } node }) return new SizeRange(0, node.MaxElements);
        return IsScalar(TypeOf(expression)) ? SizeRange.Exactly(1) : null;
    }

    private bool IsScalar(CelType type) => type.Kind is CelKind.Bool or CelKind.Double or CelKind.Duration or CelKind.Int or CelKind.Timestamp or CelKind.Uint
        || (type.IsOptional && IsScalar(resolve(type.Arguments[0])));

    private Place PlaceOf(CelExpression expression) => _places.GetValueOrDefault(expression);

    private ulong Identifier(IdentifierExpression identifier)
    {
        _places[identifier] = identifier.Variable is { } variable && _variables.TryGetValue(variable, out var place) ? place : new Place(root);
        return Step;
    }

    private ulong Select(SelectExpression select)
    {
        if (select.TypeValue is not null) return Step;
        var cost = Of(select.Operand);
        switch (select.Mode)
        {
            case SelectMode.Presence:
                return cost;
            case SelectMode.Optional:
                return SizeRange.Add(cost, Step);
        }

        _places[select] = PlaceOf(select.Operand).Field(select.Field, root);
        return TypeOf(select.Operand).Kind is CelKind.Map or CelKind.Object or CelKind.Parameter ? SizeRange.Add(cost, Step) : cost;
    }

    private ulong Call(CallExpression call)
    {
        var arguments = call.Arguments;
        var costs = arguments.Select(Of).ToArray();
        var target = call.Target is null ? 0 : Of(call.Target);
        switch (call.Function)
        {
            case "_?_:_":
                _sizes[call] = Size(arguments[1]).Union(Size(arguments[2]));
                if (_elementSizes.TryGetValue(arguments[1], out var first) && _elementSizes.TryGetValue(arguments[2], out var second)) _elementSizes[call] = first.Union(second);
                return SizeRange.Add(costs[0], Math.Max(costs[1], costs[2]));
            case "_&&_" or "_||_":
                return SizeRange.Add(costs[0], costs[1]);
            case "dyn":
                if (KnownSize(arguments[0]) is { } size) _sizes[call] = size;
                return SizeRange.Add(Step, costs[0]);
        }

        var most = 0UL;
        SizeRange? result = null;
        foreach (var overload in call.Overloads)
        {
            var (cost, produced) = CelCallCosts.Of(this, overload, call);
            most = Math.Max(most, cost);
            if (produced is { } range) result = result?.Union(range) ?? range;
            if (overload is { Function: "_[_]", Parameters: [{ Kind: CelKind.List or CelKind.Map }, _] })
            {
                if (_elementSizes.TryGetValue(arguments[0], out var element)) result = element;
                _places[call] = PlaceOf(arguments[0]).Element(root);
            }
        }

        if (call.Function == "_+_" && _elementSizes.TryGetValue(arguments[0], out var left) && _elementSizes.TryGetValue(arguments[1], out var right))
            _elementSizes[call] = left.Union(right);
        if (result is { } found) _sizes[call] = found;
        return costs.Aggregate(SizeRange.Add(target, most), SizeRange.Add);
    }

    private ulong List(ListExpression list)
    {
        var cost = NewList;
        SizeRange? elements = null;
        foreach (var (value, _) in list.Elements)
        {
            cost = SizeRange.Add(cost, Of(value));
            elements = elements?.Union(Size(value)) ?? Size(value);
        }

        _elementSizes[list] = elements ?? SizeRange.Exactly(0);
        return cost;
    }

    private ulong Map(MapExpression map)
    {
        var cost = NewMap;
        SizeRange? values = null;
        foreach (var (key, value, _) in map.Entries)
        {
            cost = SizeRange.Add(SizeRange.Add(cost, Of(key)), Of(value));
            values = values?.Union(Size(value)) ?? Size(value);
        }

        _elementSizes[map] = values ?? SizeRange.Exactly(0);
        return cost;
    }

    private ulong Comprehension(ComprehensionExpression comprehension)
    {
        var range = Of(comprehension.Range);
        if (comprehension.Kind is ComprehensionKind.OptMap or ComprehensionKind.OptFlatMap) return OverOptional(comprehension, range);
        Bind(comprehension);
        var body = Of(comprehension.Body);
        if (comprehension.Kind == ComprehensionKind.SortBy) return Sorted(comprehension, range, body);
        var filter = comprehension.Filter is null ? 0 : Of(comprehension.Filter);

        // What the macros are in the reference implementation: a loop that adds to an accumulator, whose parts cost a step each.
        var (before, turn, after) = comprehension.Kind switch
        {
            ComprehensionKind.All => (0UL, SizeRange.Add(body, 3), 1UL),
            ComprehensionKind.Exists => (0UL, SizeRange.Add(body, 4), 1UL),
            ComprehensionKind.ExistsOne => (0UL, SizeRange.Add(body, 2), 2UL),
            ComprehensionKind.Filter => (NewList, SizeRange.Add(body, 3 + NewList), 1UL),
            ComprehensionKind.TransformMap => (NewMap, SizeRange.Add(body, 3), 1UL),
            ComprehensionKind.TransformMapEntry => (NewMap, SizeRange.Add(body, 2), 1UL),
            _ => (NewList, SizeRange.Add(body, 2 + NewList), 1UL),
        };
        var turns = Size(comprehension.Range);
        _sizes[comprehension] = before == 0 ? SizeRange.Exactly(1) : turns;
        if (comprehension.Kind is ComprehensionKind.Map or ComprehensionKind.Filter)
        {
            var element = comprehension.Kind == ComprehensionKind.Map ? Size(comprehension.Body) : ElementSize(comprehension.Range);
            _elementSizes[comprehension] = element.Union(SizeRange.Exactly(0));
        }

        return SizeRange.Add(SizeRange.Add(range, before + after), SizeRange.Multiply(turns.Max, SizeRange.Add(filter, turn)));
    }

    /// <summary>Asks whether there is a value, binds it, and makes an optional of what comes out.</summary>
    private ulong OverOptional(ComprehensionExpression comprehension, ulong target)
    {
        _variables[comprehension.FirstVariable!] = default;
        var asked = SizeRange.Add(target, Step);
        var bound = SizeRange.Add(SizeRange.Add(asked, NewList), Of(comprehension.Body));
        return SizeRange.Add(asked, comprehension.Kind == ComprehensionKind.OptMap ? SizeRange.Add(bound, Step) : bound);
    }

    /// <summary>Keeps the list, makes one of its keys, and compares each of these with each.</summary>
    private ulong Sorted(ComprehensionExpression comprehension, ulong range, ulong key)
    {
        var size = Size(comprehension.Range);
        var keys = SizeRange.Add(Step + NewList + Step, SizeRange.Multiply(size.Max, SizeRange.Add(key, 2 + NewList)));
        _sizes[comprehension] = size * size;
        return SizeRange.Add(SizeRange.Add(SizeRange.Add(range, NewList + Step), keys), CelCallCosts.Comparisons(size, TypeOf(comprehension.Body)));
    }

    private void Bind(ComprehensionExpression comprehension)
    {
        var place = PlaceOf(comprehension.Range);
        var isList = TypeOf(comprehension.Range).Kind == CelKind.List;
        if (comprehension.SecondVariable is { } second)
        {
            _variables[comprehension.FirstVariable!] = isList ? place.Nowhere(root) : place.Key(root);
            _variables[second] = place.Element(root);
        }
        else
        {
            _variables[comprehension.FirstVariable!] = isList ? place.Element(root) : place.Key(root);
        }
    }

    /// <summary>Where in the object a value comes from.</summary>
    /// <param name="Node">Its size; null where the path leads nowhere.</param>
    /// <param name="Exists">Whether it has a path at all.</param>
    private readonly record struct Place(SchemaSize? Node, bool Exists = true)
    {
        public Place Field(string name, SchemaSize root) => Exists ? new(Node?.Field(name)) : new(root);

        public Place Element(SchemaSize root) => Exists ? new(Node?.Elements) : new(root);

        public Place Key(SchemaSize root) => Exists ? new(Node?.Keys) : new(root);

        public Place Nowhere(SchemaSize root) => Exists ? new(null) : new(root);
    }
}
