using System.Globalization;
using System.Numerics;
using static DpuCluster.ApiServer.Cel.CelType;

namespace DpuCluster.ApiServer.Cel;

/// <summary>An amount of a resource, exact to a billionth.</summary>
internal sealed class CelQuantity(BigInteger billionths) : CelOpaque
{
    private const int MaxExponent = 1000;

    private static readonly BigInteger Billion = 1_000_000_000;

    private static readonly Dictionary<string, (int Base, int Exponent)> Suffixes = new(StringComparer.Ordinal)
    {
        ["n"] = (10, -9),
        ["u"] = (10, -6),
        ["m"] = (10, -3),
        [""] = (10, 0),
        ["k"] = (10, 3),
        ["M"] = (10, 6),
        ["G"] = (10, 9),
        ["T"] = (10, 12),
        ["P"] = (10, 15),
        ["E"] = (10, 18),
        ["Ki"] = (2, 10),
        ["Mi"] = (2, 20),
        ["Gi"] = (2, 30),
        ["Ti"] = (2, 40),
        ["Pi"] = (2, 50),
        ["Ei"] = (2, 60),
    };

    public BigInteger Billionths { get; } = billionths;

    public override string TypeName => CelLibraryTypes.Quantity.Name;

    public static CelQuantity Of(long number) => new(number * Billion);

    /// <summary>Reads <c>1.5Gi</c>, <c>100m</c>, <c>2e3</c>; null for anything else. What is finer than a billionth is rounded away from zero.</summary>
    public static CelQuantity? Parse(string text)
    {
        var at = text.StartsWith('-') || text.StartsWith('+') ? 1 : 0;
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        var whole = text[start..at];
        var fraction = "";
        if (at < text.Length && text[at] == '.')
        {
            start = ++at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
                at++;
            fraction = text[start..at];
        }
        if (whole.Length + fraction.Length is 0 or > 1000 || Scale(text[at..]) is not var (radix, exponent))
            return null;
        var digits = BigInteger.Parse("0" + whole + fraction, CultureInfo.InvariantCulture);
        if (radix == 2)
        {
            digits <<= exponent;
            exponent = 0;
        }
        var power = exponent - fraction.Length + 9;
        var value = power >= 0 ? digits * BigInteger.Pow(10, power) : DivideUp(digits, BigInteger.Pow(10, -power));
        return new CelQuantity(text.StartsWith('-') ? -value : value);
    }

    public double Approximate => (double)Billionths / 1e9;

    public long? Integer
    {
        get
        {
            var whole = BigInteger.DivRem(Billionths, Billion, out var rest);
            return rest.IsZero && whole >= long.MinValue && whole <= long.MaxValue ? (long)whole : null;
        }
    }

    public override bool Equals(object? obj) => obj is CelQuantity other && other.Billionths == Billionths;

    public override int GetHashCode() => Billionths.GetHashCode();

    private static BigInteger DivideUp(BigInteger value, BigInteger by)
    {
        var whole = BigInteger.DivRem(value, by, out var rest);
        return rest.IsZero ? whole : whole + 1;
    }

    private static (int Base, int Exponent)? Scale(string suffix)
    {
        if (Suffixes.TryGetValue(suffix, out var scale))
            return scale;
        return suffix.Length > 1 && suffix[0] is 'e' or 'E'
            && int.TryParse(suffix.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
            && Math.Abs((long)exponent) <= MaxExponent
            ? (10, exponent)
            : null;
    }
}

/// <summary>Functions of quantities.</summary>
internal static class CelQuantities
{
    public static void Declare(CelFunctionTable table)
    {
        var type = CelLibraryTypes.Quantity;
        table.Global("isQuantity", [CelType.String], CelType.Bool, (frame, arguments) =>
        {
            frame.ChargeText(CelValues.Size(arguments[0]));
            return CelValues.Bool(CelQuantity.Parse((string)arguments[0]) is not null);
        });
        table.Global("quantity", [CelType.String], type, (frame, arguments) =>
        {
            frame.ChargeText(CelValues.Size(arguments[0]));
            return CelQuantity.Parse((string)arguments[0]) ?? (object)new CelError(
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
        });
        table.Member("sign", [type], Int, One(q => (long)q.Billionths.Sign));
        table.Member("isInteger", [type], CelType.Bool, One(q => CelValues.Bool(q.Integer is not null)));
        table.Member("asInteger", [type], Int, One(q =>
            q.Integer is { } number ? number : new CelError("cannot convert value to integer")));
        table.Member("asApproximateFloat", [type], CelType.Double, One(q => q.Approximate));
        table.Member("isLessThan", [type, type], CelType.Bool, Two((a, b) => CelValues.Bool(a.Billionths < b.Billionths)));
        table.Member("isGreaterThan", [type, type], CelType.Bool, Two((a, b) => CelValues.Bool(a.Billionths > b.Billionths)));
        table.Member("compareTo", [type, type], Int, Two((a, b) => (long)a.Billionths.CompareTo(b.Billionths)));
        foreach (var other in new[] { type, Int })
        {
            table.Member("add", [type, other], type, Two((a, b) => new CelQuantity(a.Billionths + b.Billionths)));
            table.Member("sub", [type, other], type, Two((a, b) => new CelQuantity(a.Billionths - b.Billionths)));
        }
    }

    private static CelFunctionBody One(Func<CelQuantity, object> body) => (frame, arguments) =>
    {
        frame.Charge(1);
        return body((CelQuantity)arguments[0]);
    };

    private static CelFunctionBody Two(Func<CelQuantity, CelQuantity, object> body) => (frame, arguments) =>
    {
        frame.Charge(1);
        return body((CelQuantity)arguments[0], arguments[1] as CelQuantity ?? CelQuantity.Of((long)arguments[1]));
    };
}
