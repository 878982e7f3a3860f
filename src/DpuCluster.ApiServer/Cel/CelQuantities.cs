using System.Globalization;
using System.Numerics;
using static DpuCluster.ApiServer.Cel.CelType;

namespace DpuCluster.ApiServer.Cel;

/// <summary>An amount of a resource, exact to a billionth.</summary>
/// <param name="billionths">How much.</param>
/// <param name="scale">
/// The power of ten that it is counted in, as it was written: <c>1.0</c> is 10 tenths. Null for what does not fit into 64 bits that way.
/// Whether a quantity counts as an integer depends on it.
/// </param>
internal sealed class CelQuantity(BigInteger billionths, int? scale) : CelOpaque
{
    private const int MaxExponent = 1000;

    // How many digits fit into 64 bits in any case; with a binary suffix, and without it.
    private const int MostDigits = 18;
    private const int MostBinaryDigits = 14;

    // What is finer is not counted.
    private const int FinestScale = -9;

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

    private int? CountedIn { get; } = scale;

    public static CelQuantity Of(long number) => new(number * Billion, 0);

    /// <summary>Reads <c>1.5Gi</c>, <c>100m</c>, <c>2e3</c>; null for anything else. What is finer than a billionth is rounded away from zero.</summary>
    /// <param name="text">The quantity.</param>
    /// <param name="problem">What is wrong with it; null for nothing.</param>
    public static CelQuantity? Parse(string text, out string? problem)
    {
        problem = null;
        var at = text.StartsWith('-') || text.StartsWith('+') ? 1 : 0;
        if (text.Length > 0 && text.AsSpan(at).TrimStart('0').IsEmpty) return Of(0);
        var whole = Digits(text, ref at).TrimStart('0');
        var hasWhole = at > 0 && char.IsAsciiDigit(text[at - 1]);
        var fraction = "";
        if (at < text.Length && text[at] == '.')
        {
            at++;
            fraction = Digits(text, ref at);
        }

        if (!IsSuffix(text.AsSpan(at)) || text.Length == 0)
            problem = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
        else if (Scale(text[at..]) is not var (radix, exponent))
            problem = "unable to parse quantity's suffix";
        else if ((!hasWhole && fraction.Length == 0) || whole.Length + fraction.Length > 1000)
            problem = "unable to parse numeric part of quantity";
        else
            return Of(text.StartsWith('-'), whole, fraction, radix, exponent);
        return null;
    }

    private static CelQuantity Of(bool isNegative, string whole, string fraction, int radix, int exponent)
    {
        var digits = BigInteger.Parse("0" + whole + fraction, CultureInfo.InvariantCulture);
        var fits = radix == 10
            ? whole.Length + fraction.Length <= MostDigits
            : fraction.Length == 0 && whole.Length + (int)(exponent * 3 / 10f) <= MostBinaryDigits;
        if (radix == 2)
        {
            digits <<= exponent;
            exponent = 0;
        }

        var scale = exponent - fraction.Length;
        var power = scale - FinestScale;
        var value = power >= 0 ? digits * BigInteger.Pow(10, power) : DivideUp(digits, BigInteger.Pow(10, -power));
        return new CelQuantity(isNegative ? -value : value, fits && power >= 0 ? scale : null);
    }

    private static string Digits(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        return text[start..at];
    }

    /// <summary>Whether it looks like one: letters of suffixes, and a number with a sign.</summary>
    private static bool IsSuffix(ReadOnlySpan<char> text)
    {
        text = text.TrimStart("eEinumkKMGTP");
        if (text is ['+' or '-', ..]) text = text[1..];
        return text.TrimStart("0123456789").IsEmpty;
    }

    /// <summary>This and another one.</summary>
    public CelQuantity Plus(CelQuantity other)
    {
        var sum = Billionths + other.Billionths;
        if (CountedIn is not { } mine || other.CountedIn is not { } theirs) return new CelQuantity(sum, null);
        var scale = other.Billionths.IsZero ? mine : Billionths.IsZero ? theirs : Math.Min(mine, theirs);
        return new CelQuantity(sum, Fits(sum, scale) && Fits(Billionths, scale) && Fits(other.Billionths, scale) ? scale : null);
    }

    /// <summary>The same below zero.</summary>
    public CelQuantity Negated() => new(-Billionths, CountedIn);

    private static bool Fits(BigInteger billionths, int scale) => BigInteger.Abs(billionths / BigInteger.Pow(10, scale - FinestScale)) <= long.MaxValue;

    public double Approximate => (double)Billionths / 1e9;

    /// <summary>The integer that it is; null for none, and for what was written with a fraction, even one of zero.</summary>
    public long? Integer =>
        CountedIn >= 0 && Billionths / Billion is var whole && whole >= long.MinValue && whole <= long.MaxValue ? (long)whole : null;

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
            return CelValues.Bool(CelQuantity.Parse((string)arguments[0], out _) is not null);
        });
        table.Global("quantity", [CelType.String], type, (frame, arguments) =>
        {
            frame.ChargeText(CelValues.Size(arguments[0]));
            return CelQuantity.Parse((string)arguments[0], out var problem) ?? (object)new CelError(problem!);
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
            table.Member("add", [type, other], type, Two((a, b) => a.Plus(b)));
            table.Member("sub", [type, other], type, Two((a, b) => a.Plus(b.Negated())));
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
