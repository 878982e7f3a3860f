using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog.Types;

namespace DpuCluster.ApiServer.Protobuf;

/// <summary>Messages that are single values in JSON.</summary>
internal static class WellKnownMessages
{
    private static readonly long EarliestSecond = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    private static readonly long LatestSecond = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>A point in time (<c>seconds</c> 1, <c>nanos</c> 2); null for an empty message, which is no point in time.</summary>
    public static JsonNode? Time(ReadOnlySpan<byte> bytes, bool micro)
    {
        if (bytes.IsEmpty) return null;
        long seconds = 0, nanos = 0;
        var reader = new WireReader(bytes);
        while (!reader.AtEnd)
        {
            var (number, wire) = reader.Tag("Timestamp");
            if (wire != WireType.Varint || number > 2) reader.Skip(wire);
            else if (number == 1) seconds = unchecked((long)reader.Varint());
            else nanos = unchecked((int)reader.Varint());
        }

        // What years of five digits would be, JSON cannot say either.
        if (seconds < EarliestSecond || seconds > LatestSecond || nanos is < 0 or >= 1_000_000_000) throw new ProtobufException("timestamp out of range");
        var time = DateTimeOffset.FromUnixTimeSeconds(seconds);
        if (micro) time = time.AddTicks(nanos / TimeSpan.NanosecondsPerTick);
        return JsonValue.Create(Timestamps.Format(time, micro));
    }

    /// <summary>A quantity (<c>string</c> 1).</summary>
    public static JsonNode Quantity(ReadOnlySpan<byte> bytes)
    {
        var text = "0";
        var reader = new WireReader(bytes);
        while (!reader.AtEnd)
        {
            var (number, wire) = reader.Tag("Quantity");
            if (number == 1 && wire == WireType.Bytes) text = Encoding.UTF8.GetString(reader.Bytes());
            else reader.Skip(wire);
        }

        return JsonValue.Create(text);
    }

    /// <summary>A number or a text (<c>type</c> 1: 0 for the number, 1 for the text; <c>intVal</c> 2, <c>strVal</c> 3).</summary>
    public static JsonNode IntOrString(ReadOnlySpan<byte> bytes)
    {
        long type = 0;
        var value = 0;
        var text = "";
        var reader = new WireReader(bytes);
        while (!reader.AtEnd)
        {
            var (number, wire) = reader.Tag("IntOrString");
            switch (number, wire)
            {
                case (1, WireType.Varint): type = unchecked((long)reader.Varint()); break;
                case (2, WireType.Varint): value = unchecked((int)reader.Varint()); break;
                case (3, WireType.Bytes): text = Encoding.UTF8.GetString(reader.Bytes()); break;
                default: reader.Skip(wire); break;
            }
        }

        return type switch
        {
            0 => JsonValue.Create(value),
            1 => JsonValue.Create(text),
            _ => throw new ProtobufException("impossible IntOrString.Type"),
        };
    }

    /// <summary>A number; whole ones are written without a decimal point, as JSON has them.</summary>
    public static JsonNode Number(double number)
    {
        if (!double.IsFinite(number)) throw new ProtobufException(string.Create(CultureInfo.InvariantCulture, $"json: unsupported value: {number}"));
        return Math.Abs(number) < 1e15 && number == Math.Truncate(number) ? JsonValue.Create((long)number) : JsonValue.Create(number);
    }
}
