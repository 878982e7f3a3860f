using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog.Types;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.OpenApi;

/// <summary>Writes schemas as OpenAPI has them. Those that have a name are written once, and referred to.</summary>
internal sealed class SchemaWriter(OpenApiDialect dialect)
{
    private readonly string _prefix = dialect == OpenApiDialect.V2 ? "#/definitions/" : "#/components/schemas/";

    /// <summary>The schemas that have a name, so far.</summary>
    public JsonObject Definitions { get; } = [];

    /// <summary>Points to a definition.</summary>
    public JsonObject Reference(string name) => new() { ["$ref"] = _prefix + name };

    /// <summary>Writes the definition of a structure of the built-in APIs, unless it is there.</summary>
    /// <returns>Its name.</returns>
    public string Define(string file, string type)
    {
        var definition = TypeLibrary.Find(file, type);
        _ = Write(SchemaOfType.Make(definition));
        return definition.DefinitionName;
    }

    /// <summary>Says of which kind a definition is.</summary>
    public void MarkKind(string name, string group, string version, string kind)
    {
        if (Definitions[name] is not JsonObject definition) return;
        if (definition["x-kubernetes-group-version-kind"] is not JsonArray kinds)
            definition["x-kubernetes-group-version-kind"] = kinds = [];
        var entry = Kind(group, version, kind);
        if (!kinds.Any(k => JsonNode.DeepEquals(k, entry))) kinds.Add((JsonNode)entry);
    }

    public static JsonObject Kind(string group, string version, string kind) => new()
    {
        ["group"] = group,
        ["kind"] = kind,
        ["version"] = version,
    };

    /// <summary>A schema where it is used: in full, or as a reference.</summary>
    public JsonObject Write(Schema schema)
    {
        if (schema.DefinitionName is not { } name) return Body(schema);
        var about = SchemaOfType.DescriptionOf(name) ?? schema.Description;
        if (!Definitions.ContainsKey(name))
        {
            // There before it is complete, so that a schema which contains itself ends here.
            var definition = new JsonObject();
            Definitions[name] = definition;
            foreach (var (key, value) in Body(schema, isDefinition: true)) definition[key] = value?.DeepClone();
            if (!string.IsNullOrEmpty(about)) definition["description"] = about;
        }

        var used = Reference(name);
        var own = new JsonObject();
        if (!string.IsNullOrEmpty(schema.Description) && schema.Description != about) own["description"] = schema.Description;
        if (schema.Default is not null) own["default"] = schema.Default.DeepClone();
        Merging(schema, own);
        if (own.Count == 0) return used;
        if (dialect == OpenApiDialect.V3) used = new JsonObject { ["allOf"] = new JsonArray(used) };
        foreach (var (key, value) in own) used[key] = value?.DeepClone();
        return used;
    }

    /// <summary>A schema in full.</summary>
    public JsonObject Body(Schema schema, bool isDefinition = false)
    {
        var json = new JsonObject();
        if (schema.Type is not null) json["type"] = schema.Type;
        if (schema.Format is not null) json["format"] = schema.Format;
        if (!string.IsNullOrEmpty(schema.Description)) json["description"] = schema.Description;
        if (schema.Default is not null && !isDefinition) json["default"] = schema.Default.DeepClone();
        if (schema.Nullable && dialect == OpenApiDialect.V3) json["nullable"] = true;
        if (schema.IntOrString) IntOrString(json);
        Limits(schema, json);
        if (schema.Enum is { } values) json["enum"] = new JsonArray([.. values.Select(v => v?.DeepClone())]);
        if (schema.Properties.Count > 0)
        {
            var properties = new JsonObject();
            foreach (var (name, property) in schema.Properties) properties[name] = Write(property);
            json["properties"] = properties;
        }

        if (schema.AdditionalProperties is { } rest) json["additionalProperties"] = Write(rest);
        if (schema.Items is { } items) json["items"] = Write(items);
        if (schema.Required.Count > 0) json["required"] = Texts(schema.Required);
        Alternatives(schema, json);
        Extensions(schema, json);
        if (!isDefinition) Merging(schema, json);
        return json;
    }

    private void IntOrString(JsonObject json)
    {
        json["x-kubernetes-int-or-string"] = true;
        json["format"] = "int-or-string";
        if (dialect == OpenApiDialect.V2) json["type"] = "string";
        else json["oneOf"] = new JsonArray(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "string" });
    }

    private static void Limits(Schema schema, JsonObject json)
    {
        if (schema.Minimum is { } minimum) json["minimum"] = minimum;
        if (schema.ExclusiveMinimum) json["exclusiveMinimum"] = true;
        if (schema.Maximum is { } maximum) json["maximum"] = maximum;
        if (schema.ExclusiveMaximum) json["exclusiveMaximum"] = true;
        if (schema.MultipleOf is { } factor) json["multipleOf"] = factor;
        if (schema.MinLength is { } minLength) json["minLength"] = minLength;
        if (schema.MaxLength is { } maxLength) json["maxLength"] = maxLength;
        if (schema.Pattern is not null) json["pattern"] = schema.Pattern;
        if (schema.MinItems is { } minItems) json["minItems"] = minItems;
        if (schema.MaxItems is { } maxItems) json["maxItems"] = maxItems;
        if (schema.UniqueItems) json["uniqueItems"] = true;
        if (schema.MinProperties is { } minProperties) json["minProperties"] = minProperties;
        if (schema.MaxProperties is { } maxProperties) json["maxProperties"] = maxProperties;
    }

    private void Alternatives(Schema schema, JsonObject json)
    {
        if (dialect == OpenApiDialect.V2)
        {
            // Nothing of the kind there: text stands for what may also be something else.
            if (schema is { OneOf.Count: > 0, Type: null, DefinitionName: not null }) json["type"] = "string";
            return;
        }

        foreach (var (name, schemas) in (ReadOnlySpan<(string, IReadOnlyList<Schema>)>)[("allOf", schema.AllOf), ("anyOf", schema.AnyOf), ("oneOf", schema.OneOf)])
            if (schemas.Count > 0 && !json.ContainsKey(name)) json[name] = new JsonArray([.. schemas.Select(s => (JsonNode)Write(s))]);
        if (schema.Not is { } not) json["not"] = Write(not);
    }

    private static void Extensions(Schema schema, JsonObject json)
    {
        if (schema.PreserveUnknownFields) json["x-kubernetes-preserve-unknown-fields"] = true;
        if (schema.EmbeddedResource) json["x-kubernetes-embedded-resource"] = true;
        if (schema.ListType is not null) json["x-kubernetes-list-type"] = schema.ListType;
        if (schema.ListMapKeys.Count > 0) json["x-kubernetes-list-map-keys"] = Texts(schema.ListMapKeys);
        if (schema.MapType is not null) json["x-kubernetes-map-type"] = schema.MapType;
        if (schema.Validations.Count > 0) json["x-kubernetes-validations"] = new JsonArray([.. schema.Validations.Select(v => (JsonNode)Validation(v))]);
    }

    private static void Merging(Schema schema, JsonObject json)
    {
        if (schema.PatchStrategy is not null) json["x-kubernetes-patch-strategy"] = schema.PatchStrategy;
        if (schema.PatchMergeKey is not null) json["x-kubernetes-patch-merge-key"] = schema.PatchMergeKey;
    }

    private static JsonObject Validation(ValidationRule rule)
    {
        var json = new JsonObject { ["rule"] = rule.Rule };
        if (rule.Message is not null) json["message"] = rule.Message;
        if (rule.MessageExpression is not null) json["messageExpression"] = rule.MessageExpression;
        if (rule.Reason is not null) json["reason"] = rule.Reason;
        if (rule.FieldPath is not null) json["fieldPath"] = rule.FieldPath;
        if (rule.OptionalOldSelf is { } optional) json["optionalOldSelf"] = optional;
        return json;
    }

    internal static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);
}
