using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>
/// Makes a <see cref="Schema"/> of <c>openAPIV3Schema</c> as it stands in a CustomResourceDefinition. It reads what it
/// understands and leaves the rest aside: whether the schema is a permitted one is for the validation of the definition.
/// </summary>
internal static class SchemaReader
{
    public static Schema Read(JsonObject props) => new()
    {
        Type = Text(props, "type"),
        Format = Text(props, "format"),
        Description = Text(props, "description"),
        Nullable = Flag(props, "nullable"),
        Default = props["default"]?.DeepClone(),
        Properties = ReadProperties(props),
        AdditionalProperties = ReadAdditionalProperties(props),
        ForbidsAdditionalProperties = JsonValues.KindOf(props["additionalProperties"]) == JsonKind.Boolean && !Flag(props, "additionalProperties"),
        Items = props["items"] is JsonObject items ? Read(items) : null,
        Required = Texts(props, "required"),
        Enum = props["enum"] is JsonArray { Count: > 0 } values ? [.. values.Select(value => value?.DeepClone())] : null,
        Minimum = Number(props, "minimum"),
        ExclusiveMinimum = Flag(props, "exclusiveMinimum"),
        Maximum = Number(props, "maximum"),
        ExclusiveMaximum = Flag(props, "exclusiveMaximum"),
        MultipleOf = Number(props, "multipleOf"),
        MinLength = Integer(props, "minLength"),
        MaxLength = Integer(props, "maxLength"),
        Pattern = Text(props, "pattern"),
        MinItems = Integer(props, "minItems"),
        MaxItems = Integer(props, "maxItems"),
        UniqueItems = Flag(props, "uniqueItems"),
        MinProperties = Integer(props, "minProperties"),
        MaxProperties = Integer(props, "maxProperties"),
        AllOf = ReadAll(props, "allOf"),
        AnyOf = ReadAll(props, "anyOf"),
        OneOf = ReadAll(props, "oneOf"),
        Not = props["not"] is JsonObject not ? Read(not) : null,
        PreserveUnknownFields = Flag(props, "x-kubernetes-preserve-unknown-fields"),
        IntOrString = Flag(props, "x-kubernetes-int-or-string"),
        EmbeddedResource = Flag(props, "x-kubernetes-embedded-resource"),
        ListType = Text(props, "x-kubernetes-list-type"),
        ListMapKeys = Texts(props, "x-kubernetes-list-map-keys"),
        MapType = Text(props, "x-kubernetes-map-type"),
        Validations = ReadRules(props),
    };

    private static Dictionary<string, Schema> ReadProperties(JsonObject props)
    {
        var properties = new Dictionary<string, Schema>(StringComparer.Ordinal);
        foreach (var (name, property) in props["properties"] as JsonObject ?? [])
        {
            properties[name] = property is JsonObject inner ? Read(inner) : new Schema();
        }

        return properties;
    }

    private static Schema? ReadAdditionalProperties(JsonObject props) => props["additionalProperties"] switch
    {
        JsonObject values => Read(values),
        // Values of any type, but without fields of their own: nothing says which those would be.
        { } allowed when JsonValues.KindOf(allowed) == JsonKind.Boolean => new Schema(),
        _ => null,
    };

    private static IReadOnlyList<Schema> ReadAll(JsonObject props, string key) =>
        props[key] is JsonArray schemas ? [.. schemas.OfType<JsonObject>().Select(Read)] : [];

    private static IReadOnlyList<ValidationRule> ReadRules(JsonObject props) =>
        props["x-kubernetes-validations"] is JsonArray rules
            ? [.. rules.OfType<JsonObject>().Select(rule => new ValidationRule(
                Text(rule, "rule") ?? "",
                Text(rule, "message"),
                Text(rule, "messageExpression"),
                Text(rule, "reason"),
                Text(rule, "fieldPath"),
                rule["optionalOldSelf"] is null ? null : Flag(rule, "optionalOldSelf")))]
            : [];

    /// <summary>A string; null where it is absent, empty or none.</summary>
    private static string? Text(JsonObject props, string key) =>
        JsonValues.TryGetString(props[key], out var text) && text.Length > 0 ? text : null;

    private static IReadOnlyList<string> Texts(JsonObject props, string key) =>
        props[key] is JsonArray texts
            ? [.. texts.Where(text => JsonValues.KindOf(text) == JsonKind.String).Select(JsonValues.StringOf)]
            : [];

    private static bool Flag(JsonObject props, string key) =>
        JsonValues.KindOf(props[key]) == JsonKind.Boolean && JsonValues.BooleanOf(props[key]);

    private static double? Number(JsonObject props, string key) =>
        JsonValues.KindOf(props[key]) is JsonKind.Integer or JsonKind.Number ? JsonValues.DoubleOf(props[key]) : null;

    private static long? Integer(JsonObject props, string key) =>
        JsonValues.KindOf(props[key]) switch
        {
            JsonKind.Integer => JsonValues.IntegerOf(props[key]),
            JsonKind.Number => (long)JsonValues.DoubleOf(props[key]),
            _ => null,
        };
}
