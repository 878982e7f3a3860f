using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>What a JSON value is, as Kubernetes tells them apart: a number without fraction that fits 64 bits is an integer.</summary>
internal enum JsonKind
{
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

/// <summary>
/// Reads and compares JSON values, whether they come from parsing or were made from .NET values (which hold their number
/// in whatever type they were made from).
/// </summary>
internal static class JsonValues
{
    public static JsonKind KindOf(JsonNode? node)
    {
        switch (node)
        {
            case null:
                return JsonKind.Null;
            case JsonObject:
                return JsonKind.Object;
            case JsonArray:
                return JsonKind.Array;
            default:
                return node.GetValueKind() switch
                {
                    JsonValueKind.String => JsonKind.String,
                    JsonValueKind.True or JsonValueKind.False => JsonKind.Boolean,
                    JsonValueKind.Number => TryGetInteger(node, out _) ? JsonKind.Integer : JsonKind.Number,
                    JsonValueKind.Null or JsonValueKind.Undefined => JsonKind.Null,
                    var other => throw new InvalidOperationException($"a JSON value that holds {other} as a scalar"),
                };
        }
    }

    /// <summary>The name that messages use: <c>integer</c>, <c>number</c>, <c>string</c>, …</summary>
    public static string TypeName(JsonKind kind) => kind switch
    {
        JsonKind.Null => "null",
        JsonKind.Boolean => "boolean",
        JsonKind.Integer => "integer",
        JsonKind.Number => "number",
        JsonKind.String => "string",
        JsonKind.Array => "array",
        _ => "object",
    };

    public static bool TryGetString(JsonNode? node, out string text)
    {
        if (node is JsonValue value && value.GetValueKind() == JsonValueKind.String)
        {
            text = StringOf(value);
            return true;
        }

        text = "";
        return false;
    }

    /// <summary>The text of a value that is known to be a string.</summary>
    public static string StringOf(JsonNode? node)
    {
        var value = node!.AsValue();
        return value.TryGetValue<string>(out var text) ? text
            : value.TryGetValue<char>(out var single) ? single.ToString()
            : value.TryGetValue<DateTimeOffset>(out var time) ? time.ToString("O", CultureInfo.InvariantCulture)
            : value.TryGetValue<Guid>(out var guid) ? guid.ToString()
            : throw new InvalidOperationException("a JSON string that is held as no known type");
    }

    public static bool BooleanOf(JsonNode? node) => node!.GetValueKind() == JsonValueKind.True;

    public static long IntegerOf(JsonNode? node) =>
        TryGetInteger(node, out var number) ? number : throw new InvalidOperationException("not an integer");

    /// <summary>A number that is written without fraction and exponent, and fits 64 bits.</summary>
    public static bool TryGetInteger(JsonNode? node, out long number)
    {
        number = 0;
        if (node is not JsonValue value)
        {
            return false;
        }

        if (value.TryGetValue(out number))
        {
            return true;
        }

        if (value.TryGetValue<int>(out var small))
        {
            number = small;
            return true;
        }

        if (value.TryGetValue<uint>(out var unsigned))
        {
            number = unsigned;
            return true;
        }

        if (value.TryGetValue<ulong>(out var large) && large <= long.MaxValue)
        {
            number = (long)large;
            return true;
        }

        if (value.TryGetValue<short>(out var shorter))
        {
            number = shorter;
            return true;
        }

        if (value.TryGetValue<byte>(out var single))
        {
            number = single;
            return true;
        }

        return false;
    }

    /// <summary>Any number, as a floating point one.</summary>
    public static double DoubleOf(JsonNode? node)
    {
        if (TryGetInteger(node, out var integer))
        {
            return integer;
        }

        var value = node!.AsValue();
        return value.TryGetValue<double>(out var number) ? number
            : value.TryGetValue<float>(out var single) ? single
            : value.TryGetValue<decimal>(out var exact) ? (double)exact
            : value.TryGetValue<ulong>(out var large) ? large
            : throw new InvalidOperationException("not a number");
    }

    /// <summary>
    /// Whether two values are the same: objects regardless of the order of their keys. An integer and a floating point
    /// number are told apart, as they are when objects are compared in memory.
    /// </summary>
    public static bool AreEqual(JsonNode? one, JsonNode? other)
    {
        var kind = KindOf(one);
        if (kind != KindOf(other))
        {
            return false;
        }

        switch (kind)
        {
            case JsonKind.Null:
                return true;
            case JsonKind.Boolean:
                return BooleanOf(one) == BooleanOf(other);
            case JsonKind.Integer:
                return IntegerOf(one) == IntegerOf(other);
            case JsonKind.Number:
                return DoubleOf(one).Equals(DoubleOf(other));
            case JsonKind.String:
                return StringOf(one) == StringOf(other);
            case JsonKind.Array:
                var (list, otherList) = (one!.AsArray(), other!.AsArray());
                return list.Count == otherList.Count && list.Zip(otherList).All(pair => AreEqual(pair.First, pair.Second));
            default:
                var (map, otherMap) = (one!.AsObject(), other!.AsObject());
                return map.Count == otherMap.Count &&
                    map.All(pair => otherMap.TryGetPropertyValue(pair.Key, out var value) && AreEqual(pair.Value, value));
        }
    }
}
