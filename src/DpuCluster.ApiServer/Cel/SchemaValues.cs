using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Cel;

/// <summary>Values of expressions made from JSON by its schema; objects and lists are looked into only when an expression does.</summary>
internal static class SchemaValues
{
    /// <summary>The value of a piece of JSON.</summary>
    /// <param name="node">The JSON.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="isResource">Whether it is a resource, of which kind and name can be seen whatever the schema says.</param>
    public static object Of(JsonNode? node, Schema schema, bool isResource)
    {
        if (node is null)
            return schema.Nullable ? CelNull.Value : new CelError("invalid data, got null for schema with nullable=false");
        if (schema.IntOrString)
            return (object?)Text(node) ?? (object?)Integer(node)
                ?? new CelError("invalid data, expected XIntOrString value to be either a string or integer");
        switch (schema.Type ?? (isResource ? "object" : null))
        {
            case "object":
                return node is JsonObject map
                    ? new JsonMap(map, isResource ? SchemaResources.WithMetadata(schema) : schema)
                    : new CelError("invalid data, expected a map for the provided schema with type=object");
            case "array":
                if (schema.Items is null)
                    return new CelError("invalid array type, expected Items with a non-empty Schema");
                return node is JsonArray list
                    ? new JsonList(list, schema)
                    : new CelError("invalid data, expected an array for the provided schema with type=array");
            case "string":
                return Text(node) is { } text ? Formatted(text, schema.Format) : Unexpected(node, "string");
            case "integer":
                return Integer(node) is { } integer ? integer : Unexpected(node, "int");
            case "number":
                return Number(node) ?? Unexpected(node, "float");
            case "boolean":
                return node.GetValueKind() switch
                {
                    JsonValueKind.True => CelValues.True,
                    JsonValueKind.False => CelValues.False,
                    _ => Unexpected(node, "bool"),
                };
            default:
                return new CelError("invalid type, expected object, array, number, integer, boolean or string, or no type with x-kubernetes-int-or-string"
                    + $" or x-kubernetes-preserve-unknown-fields is true, got {schema.Type}");
        }
    }

    private static CelError Unexpected(JsonNode node, string expected) =>
        new CelError($"invalid data, expected {expected}, got " + node.GetValueKind() switch
        {
            JsonValueKind.Object => "map[string]interface {}",
            JsonValueKind.Array => "[]interface {}",
            JsonValueKind.String => "string",
            JsonValueKind.True or JsonValueKind.False => "bool",
            _ => Integer(node) is null ? "float64" : "int64",
        });

    private static string? Text(JsonNode node) => node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;

    /// <summary>A number that is written as an integer.</summary>
    private static long? Integer(JsonNode node)
    {
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number)
            return null;
        if (value.TryGetValue(out long integer))
            return integer;
        // Values that were not read but made hold their number in a type of their own.
        return long.TryParse(value.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out integer) ? integer : null;
    }

    private static object? Number(JsonNode node)
    {
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number)
            return null;
        if (value.TryGetValue(out double number))
            return number;
        return Integer(node) is long integer
            ? (double)integer
            : double.TryParse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out number) ? number : null;
    }

    private static object Formatted(string text, string? format) => format switch
    {
        "byte" => CelNamedFormats.Base64(text) is { } bytes
            ? new CelBytes(bytes)
            : new CelError($"Invalid byte formatted string {text}: illegal base64 data"),
        "duration" => Duration(text) is { } duration
            ? duration
            : new CelError($"Invalid duration {text}: unable to parse {text} as duration"),
        "date" => CelTimestamp.Parse(text + "T00:00:00Z") is { } day
            ? day
            : new CelError($"Invalid date formatted string {text}: not a date"),
        "date-time" => DateTime(text) is { } time ? time : new CelError($"Invalid date-time formatted string {text}: not a date-time"),
        _ => text,
    };

    /// <summary>Schemas allow a space between date and time, and a time without a zone.</summary>
    private static CelTimestamp? DateTime(string text)
    {
        if (text.Length < 11)
            return null;
        var normalized = text[..10] + "T" + text[11..];
        return CelTimestamp.Parse(normalized) ?? CelTimestamp.Parse(normalized + "Z");
    }

    /// <summary>Schemas allow days and weeks too, and words for units (<c>2 weeks</c>).</summary>
    private static CelDuration? Duration(string text)
    {
        if (CelDuration.Parse(text) is { } duration)
            return duration;
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        if (digits is 0 or > 9)
            return null;
        var count = long.Parse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture);
        var unit = text[digits..].Trim() switch
        {
            "ns" or "nano" or "nanosecond" or "nanoseconds" => 1L,
            "us" or "µs" or "micro" or "microsecond" or "microseconds" => 1_000L,
            "ms" or "milli" or "millisecond" or "milliseconds" => 1_000_000L,
            "s" or "sec" or "second" or "seconds" => 1_000_000_000L,
            "m" or "min" or "minute" or "minutes" => 60_000_000_000L,
            "h" or "hr" or "hour" or "hours" => 3_600_000_000_000L,
            "d" or "day" or "days" => 86_400_000_000_000L,
            "w" or "wk" or "week" or "weeks" => 604_800_000_000_000L,
            _ => 0L,
        };
        var total = (Int128)count * unit;
        return unit == 0 || total > long.MaxValue ? null : new CelDuration((long)total);
    }
}

/// <summary>An object or map of JSON.</summary>
internal sealed class JsonMap(JsonObject json, Schema schema) : CelMap
{
    public override int Count => json.Count;

    public override IEnumerable<object> Keys =>
        schema.AdditionalProperties is null
            ? json.Select(entry => (object)(SchemaNames.Escape(entry.Key) ?? entry.Key))
            : json.Select(entry => (object)entry.Key);

    public override object? Find(object key)
    {
        if (key is not string name)
            return null;
        var property = schema.AdditionalProperties is null ? SchemaNames.Unescape(name) : name;
        return FieldSchema(property) is { } field && json.TryGetPropertyValue(property, out var value) && !IsAbsent(value)
            ? SchemaValues.Of(value, field, field.EmbeddedResource)
            : null;
    }

    public override object EqualTo(CelFrame frame, CelMap other)
    {
        if (other is not JsonMap map)
            return base.EqualTo(frame, other);
        if (Count != map.Count)
            return CelValues.False;
        foreach (var (property, value) in json)
        {
            frame.ChargeWork(1);
            if (!map.Json.TryGetPropertyValue(property, out var theirs) || (IsAbsent(theirs) && FieldSchema(property) is not null))
                return CelValues.False;
            var equal = FieldSchema(property) is { } field && map.FieldSchema(property) is { } theirField && !IsOpaque(field)
                ? CelValues.Equal(frame, SchemaValues.Of(value, field, field.EmbeddedResource),
                    SchemaValues.Of(theirs, theirField, theirField.EmbeddedResource))
                : CelValues.Bool(SameJson(frame, value, theirs));
            if (!ReferenceEquals(equal, CelValues.True))
                return equal;
        }
        return CelValues.True;
    }

    private JsonObject Json => json;

    /// <summary>A field that is null is as good as none; an entry of a map is not.</summary>
    private bool IsAbsent(JsonNode? value) => value is null && schema.AdditionalProperties is null;

    private Schema? FieldSchema(string property) => schema.AdditionalProperties ?? schema.Properties.GetValueOrDefault(property);

    /// <summary>Whether nothing is known of the field's values but that they are there.</summary>
    private static bool IsOpaque(Schema field) => field.Type is null && !field.IntOrString;

    private static bool SameJson(CelFrame frame, JsonNode? left, JsonNode? right)
    {
        frame.ChargeWork(1);
        return (left, right) switch
        {
            (JsonObject a, JsonObject b) => a.Count == b.Count
                && a.All(entry => b.TryGetPropertyValue(entry.Key, out var value) && SameJson(frame, entry.Value, value)),
            (JsonArray a, JsonArray b) => a.Count == b.Count && a.Zip(b).All(pair => SameJson(frame, pair.First, pair.Second)),
            _ => JsonNode.DeepEquals(left, right),
        };
    }
}

/// <summary>A list of JSON; as a set or map of the schema its order does not matter, and sums merge.</summary>
internal sealed class JsonList(JsonArray json, Schema schema) : CelList
{
    private readonly Schema _items = schema.Items!;

    public override int Count => json.Count;

    public override object this[int index] => SchemaValues.Of(json[index], _items, _items.EmbeddedResource);

    private bool IsKeyed => schema.ListType is "set" or "map";

    public override object EqualTo(CelFrame frame, CelList other) => IsKeyed ? new KeyedList([.. this], Key).EqualTo(frame, other) : base.EqualTo(frame, other);

    public override CelList Concatenated(CelFrame frame, CelList other) =>
        IsKeyed ? new KeyedList([.. this], Key).Concatenated(frame, other) : base.Concatenated(frame, other);

    /// <summary>What tells an item from the others: itself in a set, its key fields in a map.</summary>
    private object Key(object item)
    {
        if (schema.ListType == "set" || item is not CelMap map)
            return item is CelList or CelMap ? item : CelValues.Key(item);
        return string.Join('\0', schema.ListMapKeys.Select(key => map.Find(SchemaNames.Escape(key) ?? key) is { } value
            ? CelValues.TypeName(value) + CelFormatting.Plain(value)
            : ""));
    }
}
