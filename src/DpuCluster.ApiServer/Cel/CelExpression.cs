namespace DpuCluster.ApiServer.Cel;

/// <summary>A node of a parsed expression; the checker writes what it finds out onto it.</summary>
internal abstract class CelExpression
{
    /// <summary>How deeply expressions may be nested: whatever walks over them does so by recursion.</summary>
    public const int MaxDepth = 250;

    protected CelExpression(int position, params ReadOnlySpan<CelExpression?> children)
    {
        Position = position;
        foreach (var child in children)
            Depth = Math.Max(Depth, (child?.Depth ?? 0) + 1);
        if (Depth > MaxDepth)
            throw new CelSyntaxException(position, $"expression recursion limit exceeded: {MaxDepth}");
    }

    public int Depth { get; }

    /// <summary>Where it is reported, in code points: its operator, its opening bracket, or its first character.</summary>
    public int Position { get; }

    /// <summary>Set by the checker.</summary>
    public CelType Type { get; set; } = CelType.Error;
}

internal sealed class ConstantExpression(int position, object value, CelType type) : CelExpression(position)
{
    public object Value { get; } = value;

    public CelType ConstantType { get; } = type;
}

internal sealed class IdentifierExpression(int position, string name) : CelExpression(position)
{
    public string Name { get; } = name;

    /// <summary>What the name means; set by the checker.</summary>
    public CelVariable? Variable { get; set; }

    /// <summary>The type it names, when it does not name a variable; set by the checker.</summary>
    public CelTypeValue? TypeValue { get; set; }
}

internal sealed class SelectExpression(int position, CelExpression operand, string field, SelectMode mode)
    : CelExpression(position, operand)
{
    public CelExpression Operand { get; } = operand;

    public string Field { get; } = field;

    public SelectMode Mode { get; } = mode;

    /// <summary>Set by the checker when the whole chain names a type (<c>google.protobuf.Timestamp</c>).</summary>
    public CelTypeValue? TypeValue { get; set; }
}

internal enum SelectMode
{
    Value,

    /// <summary><c>has(a.b)</c></summary>
    Presence,

    /// <summary><c>a.?b</c></summary>
    Optional,
}

/// <summary>A call of a function, method or operator; operators have the names that messages show, such as <c>_+_</c>.</summary>
internal sealed class CallExpression(int position, string function, CelExpression? target, CelExpression[] arguments)
    : CelExpression(position, [target, .. arguments])
{
    public string Function { get; } = function;

    public CelExpression? Target { get; set; } = target;

    public CelExpression[] Arguments { get; } = arguments;

    /// <summary>Set by the checker: what may be called, to be decided by the values at run time when there are several.</summary>
    public CelOverload[] Overloads { get; set; } = [];
}

internal sealed class ListExpression(int position, (CelExpression Value, bool Optional)[] elements)
    : CelExpression(position, [.. elements.Select(e => e.Value)])
{
    public (CelExpression Value, bool Optional)[] Elements { get; } = elements;
}

internal sealed class MapExpression(int position, (CelExpression Key, CelExpression Value, bool Optional)[] entries)
    : CelExpression(position, [.. entries.SelectMany(e => new[] { e.Key, e.Value })])
{
    public (CelExpression Key, CelExpression Value, bool Optional)[] Entries { get; } = entries;
}

/// <summary><c>Name{field: value}</c>: parsed, but no such types exist here.</summary>
internal sealed class MessageExpression(int position, string name) : CelExpression(position)
{
    public string Name { get; } = name;
}

internal enum ComprehensionKind
{
    All,
    Exists,
    ExistsOne,
    Map,
    Filter,
    TransformMap,
    TransformMapEntry,
    OptMap,
    OptFlatMap,
    SortBy,
}

/// <summary>A macro that binds variables to the elements of <see cref="Range"/>.</summary>
internal sealed class ComprehensionExpression(
    int position,
    ComprehensionKind kind,
    CelExpression range,
    IdentifierExpression first,
    IdentifierExpression? second,
    CelExpression? filter,
    CelExpression body) : CelExpression(position, range, filter, body)
{
    public ComprehensionKind Kind { get; } = kind;

    public CelExpression Range { get; } = range;

    public IdentifierExpression First { get; } = first;

    /// <summary>With it the first variable is the index or key, and this one the value.</summary>
    public IdentifierExpression? Second { get; } = second;

    public CelExpression? Filter { get; } = filter;

    public CelExpression Body { get; } = body;

    public CelVariable? FirstVariable { get; set; }

    public CelVariable? SecondVariable { get; set; }
}

/// <summary>A variable that an expression can name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">Its static type.</param>
/// <param name="Slot">Where its value stands at run time.</param>
internal sealed record CelVariable(string Name, CelType Type, int Slot);
