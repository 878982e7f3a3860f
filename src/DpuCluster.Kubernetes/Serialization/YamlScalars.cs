using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DpuCluster.Kubernetes.Serialization;

/// <summary>Which value a plain scalar stands for.</summary>
internal static partial class YamlScalars
{
    // Up to here every integer is a number of 64 bits, exactly.
    private const double ExactIntegers = 1L << 53;

    /// <summary>Type of a scalar.</summary>
    public enum Type
    {
        /// <summary>Text.</summary>
        Text,

        /// <summary>Nothing.</summary>
        Null,

        /// <summary>A boolean.</summary>
        Boolean,

        /// <summary>A signed integer of 64 bits.</summary>
        Integer,

        /// <summary>An integer above those, of 64 bits without a sign.</summary>
        Unsigned,

        /// <summary>A floating-point number.</summary>
        Float,
    }

    /// <summary>Decides what an unquoted scalar without a tag is.</summary>
    public static Value Resolve(string text)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return new(Type.Null);
            case "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "y" or "Y":
                return new(Type.Boolean) { Boolean = true };
            case "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" or "n" or "N":
                return new(Type.Boolean);
            case ".nan" or ".NaN" or ".NAN":
                return new(Type.Float) { Float = double.NaN };
            case ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF":
                return new(Type.Float) { Float = double.PositiveInfinity };
            case "-.inf" or "-.Inf" or "-.INF":
                return new(Type.Float) { Float = double.NegativeInfinity };
        }

        return text[0] switch
        {
            '.' => Number(text, integers: false),
            '+' or '-' or (>= '0' and <= '9') => Number(text.Replace("_", "", StringComparison.Ordinal), integers: true),
            _ => new(Type.Text),
        };
    }

    /// <summary>The JSON value of a number that is finite: <c>1e3</c> is the integer 1000.</summary>
    public static JsonNode Json(double number) =>
        double.IsInteger(number) && Math.Abs(number) <= ExactIntegers ? JsonValue.Create((long)number) : JsonValue.Create(number);

    /// <summary>The key that a number becomes in JSON.</summary>
    public static string Key(double number) =>
        ((float)number).ToString("R", CultureInfo.InvariantCulture).Replace("E", "e", StringComparison.Ordinal);

    private static Value Number(string text, bool integers)
    {
        if (integers && Integer(text) is { } integer)
        {
            return integer;
        }

        // A number beyond the range of a double stays text, and is not infinite.
        return FloatPattern().IsMatch(text)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
                ? new(Type.Float) { Float = number }
                : new(Type.Text);
    }

    private static Value? Integer(string text)
    {
        var sign = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        var digits = text.AsSpan(sign);
        var (radix, skip) = digits switch
        {
            ['0', 'x' or 'X', ..] => (16, 2),
            ['0', 'o' or 'O', ..] => (8, 2),
            ['0', 'b' or 'B', ..] => (2, 2),
            ['0', _, ..] => (8, 1),
            _ => (10, 0),
        };
        if (!TryParse(digits[skip..], (ulong)radix, out var magnitude))
        {
            return null;
        }

        var negative = sign == 1 && text[0] == '-';
        if (negative)
        {
            return magnitude <= 1UL << 63 ? new(Type.Integer) { Integer = unchecked(-(long)magnitude) } : null;
        }

        if (magnitude <= long.MaxValue)
        {
            return new(Type.Integer) { Integer = (long)magnitude };
        }

        return sign == 0 ? new(Type.Unsigned) { Unsigned = magnitude } : null;
    }

    private static bool TryParse(ReadOnlySpan<char> digits, ulong radix, out ulong number)
    {
        number = 0;
        foreach (var digit in digits)
        {
            var value = char.IsAsciiHexDigit(digit) ? (ulong)Convert.ToInt32(digit.ToString(), 16) : radix;
            if (value >= radix || number > (ulong.MaxValue - value) / radix)
            {
                return false;
            }

            number = (number * radix) + value;
        }

        return digits.Length > 0;
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex FloatPattern();

    /// <summary>A resolved scalar.</summary>
    public readonly record struct Value(Type Type)
    {
        public bool Boolean { get; init; }

        public long Integer { get; init; }

        public ulong Unsigned { get; init; }

        public double Float { get; init; }
    }
}
