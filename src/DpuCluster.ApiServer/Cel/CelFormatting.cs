using System.Globalization;
using System.Text;

namespace DpuCluster.ApiServer.Cel;

/// <summary>Values as text: <c>string()</c>, <c>format()</c> and what stands in errors.</summary>
internal static class CelFormatting
{
    private const string HexDigits = "0123456789abcdef";

    /// <summary>A basic value as <c>string()</c> shows it.</summary>
    public static string Plain(object value) => value switch
    {
        string text => text,
        bool truth => truth ? "true" : "false",
        double number => CelValues.Show(number),
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
                    return new CelError("could not parse formatting clause: unexpected end of string");
                if (!int.TryParse(format.AsSpan(start, i - start), NumberStyles.None, CultureInfo.InvariantCulture, out precision)
                    || precision > 100)
                    return new CelError("error while parsing precision: invalid precision");
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
            case ('d', double number) when !double.IsFinite(number):
                return Special(number);
            case ('f', double or long or ulong):
                var fixedPoint = Convert.ToDouble(value, CultureInfo.InvariantCulture);
                return double.IsFinite(fixedPoint)
                    ? fixedPoint.ToString("F" + precision, CultureInfo.InvariantCulture)
                    : Special(fixedPoint);
            case ('e', double or long or ulong):
                var number2 = Convert.ToDouble(value, CultureInfo.InvariantCulture);
                return double.IsFinite(number2)
                    ? number2.ToString($"0.{new string('0', precision)}e+00", CultureInfo.InvariantCulture)
                    : Special(number2);
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

    private static string Special(double number) => double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";

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
                text.Append('"').Append(plain).Append('"');
                return null;
            case CelList list:
                return AppendList(frame, text, list);
            case CelMap map:
                return AppendMap(frame, text, map);
            case CelTimestamp or CelDuration or string or bool or long or ulong or CelNull or CelBytes or CelTypeValue:
                var shown = Plain(value);
                frame.ChargeText(shown.Length);
                text.Append(value switch
                {
                    CelTimestamp when nested => $"timestamp(\"{shown}\")",
                    CelDuration when nested => $"duration(\"{shown}\")",
                    _ => shown,
                });
                return null;
            case double number:
                text.Append(double.IsFinite(number) ? CelValues.Fixed(number) : Special(number));
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
            var entry = new StringBuilder();
            if ((Append(frame, entry, key, nested: true) ?? Append(frame, entry.Append(": "), map.Find(key)!, nested: true)) is { } error)
                return error;
            entries.Add((Plain(key), entry.ToString()));
        }
        text.Append('{').AppendJoin(", ", entries.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => e.Text)).Append('}');
        return null;
    }
}
