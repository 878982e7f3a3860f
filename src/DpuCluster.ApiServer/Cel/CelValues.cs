namespace DpuCluster.ApiServer.Cel;

/// <summary>
/// Values at run time are plain objects: <see cref="bool"/>, <see cref="long"/>, <see cref="ulong"/>, <see cref="double"/>,
/// <see cref="string"/>, <see cref="CelBytes"/>, <see cref="CelNull"/>, <see cref="CelTimestamp"/>, <see cref="CelDuration"/>,
/// <see cref="CelList"/>, <see cref="CelMap"/>, <see cref="CelOptional"/>, <see cref="CelTypeValue"/>, <see cref="CelOpaque"/> and, since
/// errors may be absorbed by logical operators, <see cref="CelError"/>.
/// </summary>
internal static class CelValues
{
    public static readonly object True = true;
    public static readonly object False = false;

    public static object Bool(bool value) => value ? True : False;

    /// <summary>Name of a value's type, as <c>type()</c> shows it.</summary>
    public static string TypeName(object value) => value switch
    {
        bool => "bool",
        long => "int",
        ulong => "uint",
        double => "double",
        string => "string",
        CelBytes => "bytes",
        CelNull => "null_type",
        CelTimestamp => "google.protobuf.Timestamp",
        CelDuration => "google.protobuf.Duration",
        CelList => "list",
        CelMap => "map",
        CelOptional => "optional_type",
        CelTypeValue => "type",
        CelOpaque opaque => opaque.TypeName,
        _ => "error",
    };

    /// <summary>Whether a value may stand where a type is declared.</summary>
    public static bool Matches(CelType type, object value) => type.Kind switch
    {
        CelKind.Dyn or CelKind.Parameter => true,
        CelKind.Bool => value is bool,
        CelKind.Int => value is long,
        CelKind.Uint => value is ulong,
        CelKind.Double => value is double,
        CelKind.String => value is string or CelRegex,
        CelKind.Bytes => value is CelBytes,
        CelKind.Null => value is CelNull,
        CelKind.Timestamp => value is CelTimestamp,
        CelKind.Duration => value is CelDuration,
        CelKind.List => value is CelList,
        CelKind.Map or CelKind.Object => value is CelMap,
        CelKind.Type => value is CelTypeValue,
        CelKind.Opaque => type.IsOptional ? value is CelOptional : value is CelOpaque opaque && opaque.TypeName == type.Name,
        _ => false,
    };

    /// <summary>How large a value counts for costs: code points, bytes, elements; 1 for anything else.</summary>
    public static long Size(object value) => value switch
    {
        string text => Runes.Count(text),
        CelBytes bytes => bytes.Data.Length,
        CelList list => list.Count,
        CelMap map => map.Count,
        _ => 1,
    };

    /// <summary>Equality of any two values, of different types too; an error when the values contain one.</summary>
    public static object Equal(CelFrame frame, object left, object right)
    {
        if (left is string text && right is string otherText)
            return Bool(string.Equals(text, otherText, StringComparison.Ordinal));
        if (left is long number && right is long otherNumber)
            return Bool(number == otherNumber);
        if (left is CelList list && right is CelList otherList)
            return list.EqualTo(frame, otherList);
        switch (left, right)
        {
            case (CelError, _):
                return left;
            case (_, CelError):
                return right;
            case (CelMap a, CelMap b):
                return a.EqualTo(frame, b);
            case (CelOptional a, CelOptional b):
                return a.Value is null || b.Value is null ? Bool(a.Value is null && b.Value is null) : Equal(frame, a.Value, b.Value);
            case (long or ulong or double, long or ulong or double):
                return Bool(CompareNumbers(left, right) == 0);
            default:
                return Bool(left.Equals(right));
        }
    }

    /// <summary>Order of two values; null when they have none.</summary>
    public static int? Compare(object left, object right) => (left, right) switch
    {
        (long a, long b) => a.CompareTo(b),
        (string a, string b) => Runes.Compare(a, b),
        (long or ulong or double, long or ulong or double) => CompareNumbers(left, right),
        (bool a, bool b) => a.CompareTo(b),
        (CelBytes a, CelBytes b) => a.Data.AsSpan().SequenceCompareTo(b.Data),
        (CelTimestamp a, CelTimestamp b) => a.CompareTo(b),
        (CelDuration a, CelDuration b) => a.Nanoseconds.CompareTo(b.Nanoseconds),
        _ => null,
    };

    /// <summary>Order of two numbers of any types; <see cref="int.MinValue"/> when one is not a number.</summary>
    public static int CompareNumbers(object left, object right)
    {
        switch (left, right)
        {
            case (long a, long b):
                return a.CompareTo(b);
            case (ulong a, ulong b):
                return a.CompareTo(b);
            case (long a, ulong b):
                return a < 0 ? -1 : ((ulong)a).CompareTo(b);
            case (ulong a, long b):
                return b < 0 ? 1 : a.CompareTo((ulong)b);
        }
        if (left is double d && right is double e)
            return double.IsNaN(d) || double.IsNaN(e) ? int.MinValue : d.CompareTo(e);
        return left is double number ? CompareDouble(number, right) : Negated(CompareDouble((double)right, left));
    }

    private static int Negated(int order) => order == int.MinValue ? order : -order;

    private static int CompareDouble(double number, object integer)
    {
        if (double.IsNaN(number))
            return int.MinValue;
        if (integer is long signed)
        {
            if (number < long.MinValue)
                return -1;
            return number >= 9223372036854775808.0 ? 1 : ((Int128)Math.Floor(number)).CompareTo(signed) switch
            {
                0 => number > Math.Floor(number) ? 1 : 0,
                var order => order,
            };
        }
        if (number < 0)
            return -1;
        return number >= 18446744073709551616.0 ? 1 : ((Int128)Math.Floor(number)).CompareTo((ulong)integer) switch
        {
            0 => number > Math.Floor(number) ? 1 : 0,
            var order => order,
        };
    }

    /// <summary>One form for all numbers that are equal, so that they find each other as keys of a dictionary.</summary>
    public static object Key(object value) => value switch
    {
        ulong number when number <= long.MaxValue => (long)number,
        double number when number == Math.Floor(number) && number is >= long.MinValue and < 9223372036854775808.0 => (long)number,
        double number when number == Math.Floor(number) && number is >= 0 and < 18446744073709551616.0 => (ulong)number,
        _ => value,
    };
}

/// <summary>The value <c>null</c>.</summary>
internal sealed class CelNull
{
    public static readonly CelNull Value = new();

    private CelNull()
    {
    }
}

/// <summary>What goes wrong at run time.</summary>
internal sealed class CelError(string message)
{
    public string Message { get; } = message;

    public static CelError NoSuchOverload { get; } = new("no such overload");

    public static CelError NoSuchKey(object key) => new($"no such key: {CelFormatting.Plain(key)}");
}

internal sealed class CelBytes(byte[] data) : IEquatable<CelBytes>
{
    public byte[] Data { get; } = data;

    public bool Equals(CelBytes? other) => other is not null && Data.AsSpan().SequenceEqual(other.Data);

    public override bool Equals(object? obj) => obj is CelBytes other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Data);
        return hash.ToHashCode();
    }
}

/// <summary>A type as a value: <c>type(x) == string</c>.</summary>
internal sealed record CelTypeValue(string Name);

/// <summary>A value that may be missing.</summary>
internal sealed class CelOptional(object? value)
{
    public static readonly CelOptional None = new(null);

    /// <summary>Null when there is none.</summary>
    public object? Value { get; } = value;
}

/// <summary>A value of a type that a library brings; equality is that of the class.</summary>
internal abstract class CelOpaque
{
    public abstract string TypeName { get; }
}
