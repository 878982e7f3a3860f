using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.CustomResources;

/// <summary>
/// Parts of a CustomResourceDefinition as error messages show them. kube-apiserver prints its own memory there, with
/// every field under its Go name whether it is set or not; clients see that, so it is the same here.
/// </summary>
internal static class CrdDump
{
    /// <summary>The fields of a schema in their order, each with the key it has in JSON and what it is when absent.</summary>
    private static readonly (string Name, string Key, string Absent)[] SchemaFields =
    [
        ("ID", "id", "\"\""), ("Schema", "$schema", "\"\""), ("Ref", "$ref", "null"), ("Description", "description", "\"\""),
        ("Type", "type", "\"\""), ("Nullable", "nullable", "false"), ("Format", "format", "\"\""), ("Title", "title", "\"\""),
        ("Maximum", "maximum", "null"), ("ExclusiveMaximum", "exclusiveMaximum", "false"), ("Minimum", "minimum", "null"),
        ("ExclusiveMinimum", "exclusiveMinimum", "false"), ("MaxLength", "maxLength", "null"), ("MinLength", "minLength", "null"),
        ("Pattern", "pattern", "\"\""), ("MaxItems", "maxItems", "null"), ("MinItems", "minItems", "null"), ("UniqueItems", "uniqueItems", "false"),
        ("MultipleOf", "multipleOf", "null"), ("Enum", "enum", "null"), ("MaxProperties", "maxProperties", "null"),
        ("MinProperties", "minProperties", "null"), ("Required", "required", "null"), ("Items", "items", "null"), ("AllOf", "allOf", "null"),
        ("OneOf", "oneOf", "null"), ("AnyOf", "anyOf", "null"), ("Not", "not", "null"), ("Properties", "properties", "null"),
        ("AdditionalProperties", "additionalProperties", "null"), ("PatternProperties", "patternProperties", "null"),
        ("Dependencies", "dependencies", "null"), ("AdditionalItems", "additionalItems", "null"), ("Definitions", "definitions", "null"),
        ("ExternalDocs", "externalDocs", "null"), ("Example", "example", "null"), ("Default", "default", "null"),
        ("XPreserveUnknownFields", "x-kubernetes-preserve-unknown-fields", "null"), ("XEmbeddedResource", "x-kubernetes-embedded-resource", "false"),
        ("XIntOrString", "x-kubernetes-int-or-string", "false"), ("XListMapKeys", "x-kubernetes-list-map-keys", "null"),
        ("XListType", "x-kubernetes-list-type", "null"), ("XMapType", "x-kubernetes-map-type", "null"), ("XValidations", "x-kubernetes-validations", "null"),
    ];

    /// <summary>The names of the fields that are set, in their order.</summary>
    public static IEnumerable<string> SetFields(JsonObject schema) =>
        SchemaFields.Where(field => !IsZero(schema[field.Key], field.Absent)).Select(field => field.Name);

    public static string Versions(CrdSpecView spec) => spec.Spec["versions"] is null
        ? "null"
        : List(spec.Versions, version => Struct(
            ("Name", GoText.Json(version.Name)),
            ("Served", Json(version.Version.Flag("served"))),
            ("Storage", Json(version.IsStorage)),
            ("Deprecated", Json(version.Version.Flag("deprecated"))),
            ("DeprecationWarning", GoText.Json(version.Version["deprecationWarning"])),
            ("Schema", version.Schema is null ? "null" : Struct(("OpenAPIV3Schema", version.Schema.Map("openAPIV3Schema") is { } schema ? Schema(schema) : "null"))),
            ("Subresources", Subresources(version.Subresources)),
            ("AdditionalPrinterColumns", version.Columns.Count == 0 ? "null" : List(version.Columns, Column)),
            ("SelectableFields", version.SelectableFields.Count == 0 ? "null" : List(version.SelectableFields, field => Struct(("JSONPath", GoText.Json(field.Text("jsonPath"))))))));

    public static string Schema(JsonObject schema) => Struct([.. SchemaFields.Select(field =>
        (field.Name, IsZero(schema[field.Key], field.Absent) ? field.Absent : SchemaField(field.Key, schema[field.Key]!)))]);

    /// <summary>One rule of <c>x-kubernetes-validations</c>.</summary>
    public static string Rule(JsonObject rule) => Struct(
        ("Rule", GoText.Json(rule.Text("rule"))),
        ("Message", GoText.Json(rule.Text("message"))),
        ("MessageExpression", GoText.Json(rule.Text("messageExpression"))),
        ("Reason", GoText.Json(rule["reason"])),
        ("FieldPath", GoText.Json(rule.Text("fieldPath"))),
        ("OptionalOldSelf", GoText.Json(rule["optionalOldSelf"])));

    private static string SchemaField(string key, JsonNode value) => (key, value) switch
    {
        ("not", JsonObject schema) => Schema(schema),
        ("items", JsonObject schema) => Struct(("Schema", Schema(schema)), ("JSONSchemas", "null")),
        ("items", JsonArray schemas) => Struct(("Schema", "null"), ("JSONSchemas", List(schemas.OfType<JsonObject>(), Schema))),
        ("allOf" or "anyOf" or "oneOf", JsonArray schemas) => List(schemas.OfType<JsonObject>(), Schema),
        ("properties" or "patternProperties" or "definitions", JsonObject map) =>
            Struct([.. map.Where(field => field.Value is JsonObject).OrderBy(field => field.Key, StringComparer.Ordinal)
                .Select(field => (field.Key, Schema(field.Value!.AsObject())))]),
        ("additionalProperties" or "additionalItems", JsonObject schema) => Struct(("Allows", "true"), ("Schema", Schema(schema))),
        ("additionalProperties" or "additionalItems", _) => Struct(("Allows", GoText.Json(value)), ("Schema", "null")),
        ("x-kubernetes-validations", JsonArray rules) => List(rules.OfType<JsonObject>(), Rule),
        _ => GoText.Json(value),
    };

    private static string Subresources(JsonObject? subresources) => subresources is null ? "null" : Struct(
        ("Status", subresources.Has("status") ? "{}" : "null"),
        ("Scale", subresources.Map("scale") is { } scale
            ? Struct(
                ("SpecReplicasPath", GoText.Json(scale.Text("specReplicasPath"))),
                ("StatusReplicasPath", GoText.Json(scale.Text("statusReplicasPath"))),
                ("LabelSelectorPath", GoText.Json(scale["labelSelectorPath"])))
            : "null"));

    private static string Column(JsonObject column) => Struct(
        ("Name", GoText.Json(column.Text("name"))),
        ("Type", GoText.Json(column.Text("type"))),
        ("Format", GoText.Json(column.Text("format"))),
        ("Description", GoText.Json(column.Text("description"))),
        ("Priority", column["priority"] is { } priority ? GoText.Json(priority) : "0"),
        ("JSONPath", GoText.Json(column.Text("jsonPath"))));

    private static bool IsZero(JsonNode? value, string absent) => value is null ||
        (absent != "null" && GoText.Json(value) == absent) ||
        value is JsonArray { Count: 0 };

    private static string Json(bool flag) => flag ? "true" : "false";

    private static string Struct(params (string Name, string Value)[] fields) =>
        $"{{{string.Join(',', fields.Select(field => $"{GoText.Json(field.Name)}:{field.Value}"))}}}";

    private static string List<T>(IEnumerable<T> items, Func<T, string> show) => $"[{string.Join(',', items.Select(show))}]";
}
