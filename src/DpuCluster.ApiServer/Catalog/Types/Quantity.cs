using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DpuCluster.ApiServer.Catalog.Types;

/// <summary>
/// An amount of a resource, such as <c>100m</c> or <c>1Gi</c>. Written the way Kubernetes does: no fraction, the
/// largest suffix of the given family that needs none, nothing below one billionth.
/// </summary>
internal sealed partial record Quantity
{
    private static readonly string[] Decimal = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
    private static readonly string[] Binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

    private enum Family
    {
        Decimal,
        Binary,
        Exponent,
    }

    private readonly Family _family;

    private Quantity(BigInteger nanos, Family family) => (Nanos, _family) = (nanos, family);

    /// <summary>The amount in billionths.</summary>
    public BigInteger Nanos { get; }

    /// <summary>Reads a string or number; null when it is not a quantity.</summary>
    public static Quantity? Parse(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.String => Parse(value.GetValue<string>()),
        JsonValueKind.Number => Parse(value.ToJsonString()),
        _ => null,
    };

    /// <summary>Reads a text; null when it is not a quantity.</summary>
    public static Quantity? Parse(string text)
    {
        var match = Pattern().Match(text);
        if (!match.Success || text.Length > 64) return null;
        var digits = match.Groups["int"].Value + match.Groups["fraction"].Value;
        if (digits.Length == 0) return null;
        var mantissa = BigInteger.Parse(digits, CultureInfo.InvariantCulture);
        if (match.Groups["sign"].Value == "-") mantissa = -mantissa;
        var scale = 9 - match.Groups["fraction"].Length;
        var suffix = match.Groups["suffix"].Value;
        var factor = BigInteger.One;
        var family = Family.Decimal;
        if (match.Groups["exponent"].Success)
        {
            var exponent = int.Parse(match.Groups["exponent"].Value, CultureInfo.InvariantCulture);
            if (Math.Abs(exponent) > 64) return null;
            scale += exponent;
            family = Family.Exponent;
        }
        else if (Array.IndexOf(Binary, suffix) is > 0 and var binary)
        {
            factor = BigInteger.Pow(1024, binary);
            family = Family.Binary;
        }
        else
        {
            var index = Array.IndexOf(Decimal, suffix);
            if (index < 0) return null;
            scale += 3 * (index - 3);
        }

        mantissa *= factor;
        if (scale >= 0) return new Quantity(mantissa * BigInteger.Pow(10, scale), family);

        // What is finer than a billionth is rounded away from zero.
        var divisor = BigInteger.Pow(10, -scale);
        var nanos = BigInteger.DivRem(mantissa, divisor, out var rest);
        if (!rest.IsZero) nanos += mantissa.Sign;
        return new Quantity(nanos, family);
    }

    public override string ToString()
    {
        var one = BigInteger.Pow(10, 9);
        if (Nanos.IsZero) return "0";
        if (_family == Family.Binary && (Nanos % one).IsZero && BigInteger.Abs(Nanos / one) >= 1024)
        {
            var (number, index) = (Nanos / one, 0);
            while (index < Binary.Length - 1 && (number % 1024).IsZero) (number, index) = (number / 1024, index + 1);
            return number.ToString(CultureInfo.InvariantCulture) + Binary[index];
        }

        var (amount, suffix) = (Nanos, 0);
        while (suffix < Decimal.Length - 1 && (amount % 1000).IsZero) (amount, suffix) = (amount / 1000, suffix + 1);
        var exponent = 3 * (suffix - 3);
        var unit = _family != Family.Exponent ? Decimal[suffix] : exponent == 0 ? "" : $"e{exponent.ToString(CultureInfo.InvariantCulture)}";
        return amount.ToString(CultureInfo.InvariantCulture) + unit;
    }

    [GeneratedRegex(@"^(?<sign>[+-]?)(?<int>[0-9]*)(\.(?<fraction>[0-9]*))?([eE](?<exponent>[+-]?[0-9]+)|(?<suffix>[numkMGTPE]|[KMGTPE]i)?)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
