using System.Globalization;
using System.Text;
using static DpuCluster.ApiServer.Cel.CelType;

namespace DpuCluster.ApiServer.Cel;

/// <summary>Conversions between the basic types, <c>type</c>, <c>dyn</c> and <c>size</c>.</summary>
internal static class CelConversions
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public static void Declare(CelFunctionTable table)
    {
        DeclareNumbers(table);
        DeclareTexts(table);
        DeclareTimes(table);
        table.Global("dyn", [A], Dyn, Nominal(value => value));
        table.Global("type", [A], TypeOf(A), Nominal(value => new CelTypeValue(CelValues.TypeName(value))));
        foreach (var sized in new[] { CelType.String, CelType.Bytes, List(A), Map(A, B) })
        {
            table.Global("size", [sized], Int, Nominal(value => CelValues.Size(value)));
            table.Member("size", [sized], Int, Nominal(value => CelValues.Size(value)));
        }
    }

    private static CelFunctionBody Nominal(Func<object, object> body) => (frame, arguments) =>
    {
        frame.Charge(1);
        return body(arguments[0]);
    };

    private static CelError Failed(object value, string to) => new($"type conversion error from '{CelValues.TypeName(value)}' to '{to}'");

    private static void DeclareNumbers(CelFunctionTable table)
    {
        table.Global("int", [Int], Int, Nominal(value => value));
        table.Global("int", [Uint], Int, Nominal(value =>
            (ulong)value <= long.MaxValue ? (long)(ulong)value : new CelError("integer overflow")));
        table.Global("int", [CelType.Double], Int, Nominal(value =>
            (double)value is > long.MinValue and < 9223372036854775807.0 ? (long)(double)value : new CelError("integer overflow")));
        table.Global("int", [CelType.String], Int, Nominal(value =>
            long.TryParse((string)value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : Failed(value, "int")));
        table.Global("int", [Duration], Int, Nominal(value => ((CelDuration)value).Nanoseconds));
        table.Global("int", [Timestamp], Int, Nominal(value => ((CelTimestamp)value).Seconds));

        table.Global("uint", [Uint], Uint, Nominal(value => value));
        table.Global("uint", [Int], Uint, Nominal(value =>
            (long)value >= 0 ? (ulong)(long)value : new CelError("unsigned integer overflow")));
        table.Global("uint", [CelType.Double], Uint, Nominal(value =>
            (double)value is >= 0 and < 18446744073709551615.0 ? (ulong)(double)value : new CelError("unsigned integer overflow")));
        table.Global("uint", [CelType.String], Uint, Nominal(value =>
            ulong.TryParse((string)value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : Failed(value, "uint")));

        table.Global("double", [CelType.Double], CelType.Double, Nominal(value => value));
        table.Global("double", [Int], CelType.Double, Nominal(value => (double)(long)value));
        table.Global("double", [Uint], CelType.Double, Nominal(value => (double)(ulong)value));
        table.Global("double", [CelType.String], CelType.Double, Nominal(value => ParseDouble((string)value)));
    }

    private static object ParseDouble(string text)
    {
        switch (text.ToUpperInvariant())
        {
            case "INF" or "INFINITY" or "+INF" or "+INFINITY":
                return double.PositiveInfinity;
            case "-INF" or "-INFINITY":
                return double.NegativeInfinity;
            case "NAN":
                return double.NaN;
        }
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, style, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : Failed(text, "double");
    }

    private static void DeclareTexts(CelFunctionTable table)
    {
        table.Global("bool", [CelType.Bool], CelType.Bool, Nominal(value => value));
        table.Global("bool", [CelType.String], CelType.Bool, Nominal(value => (string)value switch
        {
            "1" or "t" or "T" or "true" or "TRUE" or "True" => CelValues.True,
            "0" or "f" or "F" or "false" or "FALSE" or "False" => CelValues.False,
            _ => Failed(value, "bool"),
        }));
        table.Global("bytes", [CelType.Bytes], CelType.Bytes, Nominal(value => value));
        table.Global("bytes", [CelType.String], CelType.Bytes, (frame, arguments) =>
        {
            frame.ChargeText(CelValues.Size(arguments[0]));
            return new CelBytes(Encoding.UTF8.GetBytes((string)arguments[0]));
        });
        table.Global("string", [CelType.String], CelType.String, Nominal(value => value));
        foreach (var type in new[] { CelType.Bool, Int, Uint, CelType.Double, Timestamp, Duration })
            table.Global("string", [type], CelType.String, Nominal(CelFormatting.Plain));
        table.Global("string", [CelType.Bytes], CelType.String, (frame, arguments) =>
        {
            var bytes = ((CelBytes)arguments[0]).Data;
            frame.ChargeText(bytes.Length);
            try
            {
                return StrictUtf8.GetString(bytes);
            }
            catch (DecoderFallbackException)
            {
                return new CelError("invalid UTF-8 in bytes, cannot convert to string");
            }
        });
    }

    private static void DeclareTimes(CelFunctionTable table)
    {
        table.Global("timestamp", [Timestamp], Timestamp, Nominal(value => value));
        table.Global("timestamp", [Int], Timestamp, Nominal(value => CelTimestamp.FromSeconds((long)value)));
        table.Global("timestamp", [CelType.String], Timestamp, Nominal(value =>
            CelTimestamp.Parse((string)value) is { } time ? time : Failed(value, Timestamp.Name)));
        table.Global("duration", [Duration], Duration, Nominal(value => value));
        table.Global("duration", [Int], Duration, Nominal(value => new CelDuration((long)value)));
        table.Global("duration", [CelType.String], Duration, Nominal(value =>
            CelDuration.Parse((string)value) is { } duration ? duration : Failed(value, Duration.Name)));
    }
}
