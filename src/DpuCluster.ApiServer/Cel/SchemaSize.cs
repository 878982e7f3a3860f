using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Cel;

/// <summary>
/// How large the values of a schema can be: by what the schema says (<c>maxItems</c>, <c>maxLength</c>, <c>maxProperties</c>), or else by what fits
/// into a request. The numbers are those of kube-apiserver. Not safe for use by several threads.
/// </summary>
internal sealed class SchemaSize
{
    private const long RequestBytes = 3 * 1024 * 1024;

    // What goes around a value: quotes or brackets; what separates an item from the next, and an entry's key from its value besides.
    private const long Around = 2;
    private const long PerItem = 1;
    private const long PerEntry = 6;
    private const long PerField = 4;

    // A character may have as many bytes.
    private const long BytesOfCharacter = 4;

    private static readonly SchemaSize Key = new(new Schema { Type = "string" }, 0, Around);

    private readonly Schema _schema;
    private readonly Dictionary<string, SchemaSize?> _fields = new(StringComparer.Ordinal);

    private SchemaSize(Schema schema, long maxElements, long minBytes)
    {
        _schema = schema;
        MaxElements = (ulong)maxElements;
        MinBytes = minBytes;
    }

    /// <summary>Most characters, bytes, items or entries; 0 for values that have no size.</summary>
    public ulong MaxElements { get; }

    /// <summary>Bytes of the shortest such value in JSON.</summary>
    public long MinBytes { get; }

    /// <summary>Keys of a map; null for anything else.</summary>
    public SchemaSize? Keys { get; private init; }

    /// <summary>Items of a list or values of a map; null for anything else.</summary>
    public SchemaSize? Elements { get; private init; }

    /// <summary>How often such a value can occur in one object, when nothing says how often those around it can.</summary>
    public ulong MostOccurrences => (ulong)(RequestBytes / (MinBytes + PerItem));

    /// <summary>A field of an object, by its name in expressions; null when there is none.</summary>
    public SchemaSize? Field(string name)
    {
        if (_fields.TryGetValue(name, out var known)) return known;
        var property = SchemaNames.Unescape(name);
        return _fields[name] = IsObject && SchemaNames.Escape(property) == name && _schema.Properties.TryGetValue(property, out var field)
            ? Of(field, field.EmbeddedResource)
            : null;
    }

    /// <summary>Size of the values of a schema; null when expressions cannot see them.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="isResource">Whether it is the root of a resource, whose kind and name can always be seen.</param>
    public static SchemaSize? Of(Schema schema, bool isResource)
    {
        if (schema.IntOrString) return new SchemaSize(schema, schema.MaxLength is { } length ? Math.Max(0, length) * BytesOfCharacter : RequestBytes - Around, 1);
        if (isResource) schema = SchemaResources.WithMetadata(schema);
        return schema.Type switch
        {
            "array" when schema.Items is { } items => List(schema, Of(items, items.EmbeddedResource)),
            "object" when schema.AdditionalProperties is { } values => Map(schema, Of(values, values.EmbeddedResource)),
            "object" => new SchemaSize(schema, 0, Around + schema.Properties.Sum(property => RequiredBytes(schema, property.Key, property.Value))),
            "string" => Text(schema),
            "boolean" => new SchemaSize(schema, 0, 4),
            "number" or "integer" => new SchemaSize(schema, 0, 1),
            _ => null,
        };
    }

    private bool IsObject => _schema.Type == "object" && _schema.AdditionalProperties is null && !_schema.IntOrString;

    private static SchemaSize? List(Schema schema, SchemaSize? items) => items is null
        ? null
        : new SchemaSize(schema, schema.MaxItems is { } most ? Math.Max(0, most) : (RequestBytes - Around) / (items.MinBytes + PerItem), Around) { Elements = items };

    private static SchemaSize? Map(Schema schema, SchemaSize? values) => values is null
        ? null
        : new SchemaSize(schema, schema.MaxProperties is { } most ? Math.Max(0, most) : (RequestBytes - Around) / (values.MinBytes + PerEntry), Around) { Elements = values, Keys = Key };

    /// <summary>What a field adds to every object; nothing where it may be missing, or is filled in.</summary>
    private static long RequiredBytes(Schema schema, string name, Schema field) =>
        schema.Required.Contains(name) && field.Default is null && Of(field, field.EmbeddedResource) is { } size
            ? Encoding.UTF8.GetByteCount(name) + size.MinBytes + PerField
            : 0;

    private static SchemaSize Text(Schema schema) => schema.Format switch
    {
        "byte" => new SchemaSize(schema, schema.MaxLength is { } length ? Math.Max(0, length) : RequestBytes - Around, Around),
        "duration" => new SchemaSize(schema, 32, 3),
        "date" => new SchemaSize(schema, 12, 12),
        "date-time" => new SchemaSize(schema, 32, 21),
        _ when schema.MaxLength is { } length => new SchemaSize(schema, Math.Max(0, length) * BytesOfCharacter, Around),
        _ when schema.Enum is { Count: > 0 } values => new SchemaSize(schema, values.Max(LengthOf), Around),
        _ => new SchemaSize(schema, RequestBytes - Around, Around),
    };

    private static long LengthOf(JsonNode? value) => value is JsonValue text && text.TryGetValue<string>(out var given) ? Encoding.UTF8.GetByteCount(given) : 0;
}
