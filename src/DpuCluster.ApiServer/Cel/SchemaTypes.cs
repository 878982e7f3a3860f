using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Cel;

/// <summary>
/// Types of expressions made from schemas. They are made when they are asked for: schemas are large, and rules look at little
/// of them. Not safe for use by several threads.
/// </summary>
internal sealed class SchemaTypes
{
    private readonly Dictionary<(Schema, bool), CelType?> _types = [];

    /// <summary>Type of the values of a schema; null when rules cannot see such values, since nothing is known of them.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="isResource">Whether it is the root of a resource, whose kind and name can always be seen.</param>
    /// <param name="name">How messages call it, if it is an object.</param>
    public CelType? Of(Schema schema, bool isResource, string name = "selfType")
    {
        if (_types.TryGetValue((schema, isResource), out var known))
            return known;
        var type = Make(schema, isResource, name);
        _types[(schema, isResource)] = type;
        return type;
    }

    private CelType? Make(Schema schema, bool isResource, string name)
    {
        if (schema.IntOrString)
            return CelType.Dyn;
        switch (schema.Type ?? (isResource ? "object" : null))
        {
            case "array":
                return schema.Items is { } items && Of(items, items.EmbeddedResource, name + ".@idx") is { } item
                    ? CelType.List(item)
                    : null;
            case "object" when schema.AdditionalProperties is { } values:
                return Of(values, values.EmbeddedResource, name + ".@elem") is { } value ? CelType.Map(CelType.String, value) : null;
            case "object":
                return CelType.Object(name, new Shape(this, isResource ? SchemaResources.WithMetadata(schema) : schema, name));
            case "string":
                return schema.Format switch
                {
                    "byte" => CelType.Bytes,
                    "duration" => CelType.Duration,
                    "date" or "date-time" => CelType.Timestamp,
                    _ => CelType.String,
                };
            case "boolean":
                return CelType.Bool;
            case "number":
                return CelType.Double;
            case "integer":
                return CelType.Int;
            default:
                return null;
        }
    }

    private sealed class Shape(SchemaTypes types, Schema schema, string path) : ObjectShape
    {
        public override CelType? FieldType(string name) =>
            SchemaNames.Unescape(name) is var property && SchemaNames.Escape(property) == name
                && schema.Properties.TryGetValue(property, out var field)
                ? types.Of(field, field.EmbeddedResource, $"{path}.{name}")
                : null;
    }
}

/// <summary>What every resource has, whether its schema says so or not.</summary>
internal static class SchemaResources
{
    private static readonly Schema Text = new() { Type = "string" };

    private static readonly Schema Metadata = new()
    {
        Type = "object",
        Properties = new Dictionary<string, Schema> { ["name"] = Text, ["generateName"] = Text },
    };

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<Schema, Schema> Completed = [];

    /// <summary>The schema with <c>apiVersion</c>, <c>kind</c>, <c>metadata.name</c> and <c>metadata.generateName</c>.</summary>
    public static Schema WithMetadata(Schema schema) => Completed.GetValue(schema, Complete);

    private static Schema Complete(Schema schema)
    {
        if (IsText(schema, "kind") && IsText(schema, "apiVersion") && schema.Properties.TryGetValue("metadata", out var metadata)
            && metadata.Type == "object" && IsText(metadata, "name") && IsText(metadata, "generateName"))
            return schema;
        return new Schema
        {
            Type = "object",
            Nullable = schema.Nullable,
            PreserveUnknownFields = schema.PreserveUnknownFields,
            EmbeddedResource = schema.EmbeddedResource,
            MapType = schema.MapType,
            Properties = new Dictionary<string, Schema>(schema.Properties)
            {
                ["kind"] = Text,
                ["apiVersion"] = Text,
                ["metadata"] = Metadata,
            },
            Required = schema.Required,
        };
    }

    private static bool IsText(Schema schema, string property) =>
        schema.Properties.TryGetValue(property, out var field) && field.Type == "string";
}
