using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>
/// How values stand in the messages of kube-apiserver, which prints them with Go's rules: strings quoted as Go literals,
/// numbers in their shortest form, everything else as JSON with sorted keys.
/// </summary>
internal static class GoText
{
    /// <summary>A value as a field error shows it.</summary>
    public static string Value(JsonNode? value) => JsonValues.KindOf(value) switch
    {
        JsonKind.String => Quote(JsonValues.StringOf(value)),
        JsonKind.Number => Float(JsonValues.DoubleOf(value)),
        _ => Json(value),
    };

    /// <summary>A string as a Go literal in double quotes.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            AppendQuoted(quoted, rune);
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>A floating point number in its shortest form; with an exponent from a million on and below 0.0001.</summary>
    public static string Float(double value) => Float(value, smallestPlain: -4, smallestLarge: 6, exponentDigits: 2);

    /// <summary>A value as compact JSON, keys sorted, with the characters escaped that HTML gives a meaning.</summary>
    public static string Json(JsonNode? value)
    {
        var text = new StringBuilder();
        AppendJson(text, value);
        return text.ToString();
    }

    /// <summary>As <see cref="Json"/>, with the fields in their order: as a structure is written, which has one.</summary>
    public static string JsonInOrder(JsonNode? value)
    {
        var text = new StringBuilder();
        AppendJson(text, value, isSorted: false);
        return text.ToString();
    }

    private static void AppendJson(StringBuilder text, JsonNode? value, bool isSorted = true)
    {
        switch (value)
        {
            case JsonObject map:
                text.Append('{');
                var first = true;
                foreach (var (key, item) in isSorted ? map.OrderBy(pair => pair.Key, StringComparer.Ordinal) : map.AsEnumerable())
                {
                    if (!first)
                    {
                        text.Append(',');
                    }

                    first = false;
                    AppendJsonString(text, key);
                    text.Append(':');
                    AppendJson(text, item, isSorted);
                }

                text.Append('}');
                break;
            case JsonArray list:
                text.Append('[');
                for (var i = 0; i < list.Count; i++)
                {
                    if (i > 0)
                    {
                        text.Append(',');
                    }

                    AppendJson(text, list[i], isSorted);
                }

                text.Append(']');
                break;
            default:
                AppendJsonScalar(text, value);
                break;
        }
    }

    private static void AppendJsonScalar(StringBuilder text, JsonNode? value)
    {
        switch (JsonValues.KindOf(value))
        {
            case JsonKind.String:
                AppendJsonString(text, JsonValues.StringOf(value));
                break;
            case JsonKind.Integer:
                text.Append(JsonValues.IntegerOf(value).ToString(CultureInfo.InvariantCulture));
                break;
            case JsonKind.Number:
                text.Append(Float(JsonValues.DoubleOf(value), smallestPlain: -6, smallestLarge: 21, exponentDigits: 1));
                break;
            case JsonKind.Boolean:
                text.Append(JsonValues.BooleanOf(value) ? "true" : "false");
                break;
            default:
                text.Append("null");
                break;
        }
    }

    private static void AppendJsonString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            switch (c)
            {
                case '"' or '\\':
                    text.Append('\\').Append(c);
                    break;
                case '\b':
                    text.Append("\\b");
                    break;
                case '\f':
                    text.Append("\\f");
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '\r':
                    text.Append("\\r");
                    break;
                case '\t':
                    text.Append("\\t");
                    break;
                case < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029':
                    text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
                    break;
                default:
                    text.Append(c);
                    break;
            }
        }

        text.Append('"');
    }

    private static void AppendQuoted(StringBuilder quoted, Rune rune)
    {
        switch (rune.Value)
        {
            case '"' or '\\':
                quoted.Append('\\').Append((char)rune.Value);
                break;
            case '\a':
                quoted.Append("\\a");
                break;
            case '\b':
                quoted.Append("\\b");
                break;
            case '\f':
                quoted.Append("\\f");
                break;
            case '\n':
                quoted.Append("\\n");
                break;
            case '\r':
                quoted.Append("\\r");
                break;
            case '\t':
                quoted.Append("\\t");
                break;
            case '\v':
                quoted.Append("\\v");
                break;
            case < ' ' or 0x7f:
                quoted.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
                break;
            case var _ when IsPrintable(rune):
                quoted.Append(rune.ToString());
                break;
            case <= 0xffff:
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
                break;
            default:
                quoted.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
                break;
        }
    }

    /// <summary>Letters, marks, digits, punctuation, symbols, and the one space that is ASCII.</summary>
    internal static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or
        UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);

    private static string Float(double value, int smallestPlain, int smallestLarge, int exponentDigits)
    {
        if (double.IsNaN(value))
        {
            return "NaN";
        }

        if (double.IsInfinity(value))
        {
            return value > 0 ? "+Inf" : "-Inf";
        }

        if (value == 0)
        {
            return double.IsNegative(value) ? "-0" : "0";
        }

        var (digits, exponent) = ShortestDigits(Math.Abs(value));
        var sign = value < 0 ? "-" : "";
        if (exponent < smallestPlain || exponent >= smallestLarge)
        {
            var fraction = digits.Length > 1 ? "." + digits[1..] : "";
            var power = Math.Abs(exponent).ToString(CultureInfo.InvariantCulture).PadLeft(exponentDigits, '0');
            return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{power}";
        }

        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        }

        return digits.Length <= exponent + 1
            ? sign + digits.PadRight(exponent + 1, '0')
            : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    /// <summary>The fewest digits that give the number back, and the power of ten of the first of them.</summary>
    private static (string Digits, int Exponent) ShortestDigits(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var power = 0;
        var e = text.IndexOf('E', StringComparison.Ordinal);
        if (e >= 0)
        {
            power = int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..e];
        }

        var point = text.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? text : text[..point];
        var digits = point < 0 ? text : whole + text[(point + 1)..];
        var leadingZeros = digits.Length - digits.TrimStart('0').Length;
        return (digits.Trim('0'), whole.Length - 1 - leadingZeros + power);
    }
}
