using System.Diagnostics;

namespace DpuCluster.ApiServer.Cel;

internal enum CelKind
{
    Dyn,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Timestamp,
    Duration,
    List,
    Map,
    Object,
    Type,
    Opaque,
    Parameter,
    Error,
}

/// <summary>A static type of the expression language. Immutable; objects are the same type only when they have the same shape instance.</summary>
[DebuggerDisplay("{ToString()}")]
internal sealed class CelType
{
    /// <summary>
    /// Types are trees, and macros can double them at every step (<c>x.map(a, {a: a})</c>): beyond this many nodes the expression
    /// is refused instead of being checked in exponential time.
    /// </summary>
    private const int MaxSize = 4096;

    public static readonly CelType Dyn = new(CelKind.Dyn, "dyn");
    public static readonly CelType Null = new(CelKind.Null, "null");
    public static readonly CelType Bool = new(CelKind.Bool, "bool");
    public static readonly CelType Int = new(CelKind.Int, "int");
    public static readonly CelType Uint = new(CelKind.Uint, "uint");
    public static readonly CelType Double = new(CelKind.Double, "double");
    public static readonly CelType String = new(CelKind.String, "string");
    public static readonly CelType Bytes = new(CelKind.Bytes, "bytes");
    public static readonly CelType Timestamp = new(CelKind.Timestamp, "google.protobuf.Timestamp");
    public static readonly CelType Duration = new(CelKind.Duration, "google.protobuf.Duration");
    public static readonly CelType AnyType = new(CelKind.Type, "type");
    public static readonly CelType Error = new(CelKind.Error, "!error!");

    // Parameters of polymorphic overloads; instantiated with fresh ones at every call.
    public static readonly CelType A = new(CelKind.Parameter, "A");
    public static readonly CelType B = new(CelKind.Parameter, "B");

    private readonly int _size;

    private CelType(CelKind kind, string name, CelType[]? arguments = null, ObjectShape? shape = null)
    {
        Kind = kind;
        Name = name;
        Arguments = arguments ?? [];
        Shape = shape;
        _size = 1;
        foreach (var argument in Arguments)
            _size += argument._size;
        if (_size > MaxSize)
            throw new CelException("expression has a type that is too complex");
    }

    public CelKind Kind { get; }

    public string Name { get; }

    public CelType[] Arguments { get; }

    /// <summary>Fields of an <see cref="CelKind.Object"/>.</summary>
    public ObjectShape? Shape { get; }

    public bool IsDynOrError => Kind is CelKind.Dyn or CelKind.Error;

    public bool IsOptional => Kind == CelKind.Opaque && Name == "optional_type";

    public static CelType List(CelType element) => new(CelKind.List, "list", [element]);

    public static CelType Map(CelType key, CelType value) => new(CelKind.Map, "map", [key, value]);

    public static CelType Optional(CelType value) => new(CelKind.Opaque, "optional_type", [value]);

    public static CelType TypeOf(CelType type) => new(CelKind.Type, "type", [type]);

    public static CelType Opaque(string name) => new(CelKind.Opaque, name);

    public static CelType Object(string name, ObjectShape shape) => new(CelKind.Object, name, shape: shape);

    public static CelType Parameter(string name) => new(CelKind.Parameter, name);

    public CelType WithArguments(CelType[] arguments) => new(Kind, Name, arguments, Shape);

    /// <summary>As it stands in messages of the checker.</summary>
    public override string ToString() => Arguments.Length == 0 ? Name : $"{Name}({string.Join(", ", Arguments.Select(a => a.ToString()))})";
}

/// <summary>The fields that an object type has, under the names that expressions use.</summary>
internal abstract class ObjectShape
{
    /// <summary>Type of a field; null when there is no such field.</summary>
    public abstract CelType? FieldType(string name);
}
