using System.Globalization;
using System.Text;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Cel;

/// <summary>Values as text: <c>string()</c>, <c>format()</c> and what stands in errors.</summary>
internal static class CelFormatting
{
    private const string HexDigits = "0123456789abcdef";
    private const string SuperscriptDigits = "⁰¹²³⁴⁵⁶⁷⁸⁹";

    /// <summary>A basic value as <c>string()</c> shows it.</summary>
    public static string Plain(object value) => value switch
    {
        string text => text,
        bool truth => truth ? "true" : "false",
        double number => GoText.Float(number),
        CelNull => "null",
        CelBytes bytes => Encoding.UTF8.GetString(bytes.Data),
        CelTypeValue type => type.Name,
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            quoted.Append(c switch
            {
                '\a' => "\\a",
                '\b' => "\\b",
                '\f' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\v' => "\\v",
                '\\' => "\\\\",
                '"' => "\\\"",
                _ => c.ToString(),
            });
        }
        return quoted.Append('"').ToString();
    }

    /// <summary><c>'%d of %s'.format([1, 'x'])</c></summary>
    public static object Format(CelFrame frame, string format, CelList arguments)
    {
        frame.ChargeText(format.Length);
        var result = new StringBuilder();
        var argument = 0;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                result.Append(format[i]);
                continue;
            }
            if (++i >= format.Length)
                return new CelError("unexpected end of string");
            if (format[i] == '%')
            {
                result.Append('%');
                continue;
            }
            var precision = 6;
            if (format[i] == '.')
            {
                var start = ++i;
                while (i < format.Length && char.IsAsciiDigit(format[i]))
                    i++;
                if (i >= format.Length)
                    return new CelError("could not parse formatting clause: error while parsing precision: could not find end of precision specifier");
                if (!int.TryParse(format.AsSpan(start, i - start), NumberStyles.None, CultureInfo.InvariantCulture, out precision)
                    || precision > 100)
                    return new CelError("could not parse formatting clause: error while parsing precision: invalid precision");
            }
            if (argument >= arguments.Count)
                return new CelError($"index {argument} out of range");
            var value = arguments[argument++];
            var shown = Clause(frame, format[i], precision, value);
            if (shown is not string text)
                return shown;
            frame.ChargeText(text.Length);
            result.Append(text);
        }
        return result.ToString();
    }

    private static object Clause(CelFrame frame, char clause, int precision, object value)
    {
        switch (clause, value)
        {
            case (_, CelError):
                return value;
            case ('s', _):
                var text = new StringBuilder();
                return Append(frame, text, value, nested: false) ?? (object)text.ToString();
            case ('d', long or ulong):
                return Plain(value);
            case ('f' or 'e', "NaN" or double.NaN):
                return "NaN";
            case ('f' or 'e', "Infinity" or double.PositiveInfinity):
                return "∞";
            case ('f' or 'e', "-Infinity" or double.NegativeInfinity):
                return "-∞";
            case ('f', double number):
                return number.ToString("N" + precision, CultureInfo.InvariantCulture);
            case ('e', double number):
                return Scientific(number);
            case ('b', long number):
                return Signed(number, magnitude => magnitude.ToString("B", CultureInfo.InvariantCulture));
            case ('b', ulong number):
                return number.ToString("B", CultureInfo.InvariantCulture);
            case ('b', bool truth):
                return truth ? "1" : "0";
            case ('o', long number):
                return Signed(number, Octal);
            case ('o', ulong number):
                return Octal(number);
            case ('x' or 'X', _):
                return Hexadecimal(value) is { } hex ? clause == 'X' ? hex.ToUpperInvariant() : hex : Unsupported(clause, value);
            case ('d' or 'f' or 'e' or 'b' or 'o', _):
                return Unsupported(clause, value);
            default:
                return new CelError($"could not parse formatting clause: unrecognized formatting clause \"{clause}\"");
        }
    }

    private static CelError Unsupported(char clause, object value) => new(clause switch
    {
        'd' => $"error during formatting: decimal clause can only be used on integers, was given {CelValues.TypeName(value)}",
        'f' => $"error during formatting: fixed-point clause can only be used on doubles, was given {CelValues.TypeName(value)}",
        'e' => $"error during formatting: scientific clause can only be used on doubles, was given {CelValues.TypeName(value)}",
        'b' => $"error during formatting: only integers and bools can be formatted as binary, was given {CelValues.TypeName(value)}",
        'o' => $"error during formatting: octal clause can only be used on integers, was given {CelValues.TypeName(value)}",
        _ => $"error during formatting: only integers, byte buffers, and strings can be formatted as hex, was given {CelValues.TypeName(value)}",
    });

    /// <summary>As it is written in English, and not in programs. A precision that is asked for makes no difference: the original takes it for a width.</summary>
    private static string Scientific(double number)
    {
        var text = number.ToString("0.000000e-00", CultureInfo.InvariantCulture);
        var e = text.IndexOf('e', StringComparison.Ordinal);
        return text[..e] + "\u202f×\u202f10" + string.Concat(text[(e + 1)..].Select(c => c == '-' ? '⁻' : SuperscriptDigits[c - '0']));
    }

    private static string Signed(long number, Func<ulong, string> show) =>
        number < 0 ? "-" + show((ulong)-(Int128)number) : show((ulong)number);

    private static string Octal(ulong number)
    {
        var digits = new StringBuilder();
        do
        {
            digits.Insert(0, HexDigits[(int)(number & 7)]);
            number >>= 3;
        }
        while (number > 0);
        return digits.ToString();
    }

    private static string? Hexadecimal(object value) => value switch
    {
        long number => Signed(number, magnitude => magnitude.ToString("x", CultureInfo.InvariantCulture)),
        ulong number => number.ToString("x", CultureInfo.InvariantCulture),
        string text => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text)),
        CelBytes bytes => Convert.ToHexStringLower(bytes.Data),
        _ => null,
    };

    private static CelError? Append(CelFrame frame, StringBuilder text, object value, bool nested)
    {
        frame.ChargeText(10);
        switch (value)
        {
            case CelError error:
                return error;
            case string plain when nested:
                frame.ChargeText(plain.Length);
                text.Append(GoText.Quote(plain));
                return null;
            case CelBytes bytes when nested:
                frame.ChargeText(bytes.Data.Length);
                text.Append('b').Append(GoText.Quote(Plain(bytes)));
                return null;
            case double number when nested:
                var digits = double.IsFinite(number) ? number.ToString("F6", CultureInfo.InvariantCulture) : GoText.Quote(Plain(number));
                frame.ChargeText(digits.Length);
                text.Append(digits);
                return null;
            case CelList list:
                return AppendList(frame, text, list);
            case CelMap map:
                return AppendMap(frame, text, map);
            case CelTimestamp or CelDuration or string or bool or long or ulong or double or CelNull or CelBytes or CelTypeValue:
                var shown = Plain(value);
                frame.ChargeText(shown.Length);
                text.Append(value switch
                {
                    CelTimestamp when nested => $"timestamp(\"{shown}\")",
                    CelDuration when nested => $"duration(\"{shown}\")",
                    _ => shown,
                });
                return null;
            default:
                return new CelError("error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types,"
                    + $" durations, and timestamps, was given {CelValues.TypeName(value)}");
        }
    }

    private static CelError? AppendList(CelFrame frame, StringBuilder text, CelList list)
    {
        text.Append('[');
        for (var i = 0; i < list.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            if (Append(frame, text, list[i], nested: true) is { } error)
                return error;
        }
        text.Append(']');
        return null;
    }

    private static CelError? AppendMap(CelFrame frame, StringBuilder text, CelMap map)
    {
        var entries = new List<(string Key, string Text)>();
        foreach (var key in map.Keys)
        {
            if (key is not (string or bool or long or ulong))
                return new CelError($"error during formatting: no formatting function for map key of type {CelValues.TypeName(key)}");
            var (name, value) = (new StringBuilder(), new StringBuilder());
            if ((Append(frame, name, key, nested: true) ?? Append(frame, value, map.Find(key)!, nested: true)) is { } error)
                return error;
            entries.Add((name.ToString(), $"{name}:{value}"));
        }
        text.Append('{').AppendJoin(", ", entries.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => e.Text)).Append('}');
        return null;
    }
}
