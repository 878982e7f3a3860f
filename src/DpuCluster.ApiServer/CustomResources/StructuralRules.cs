using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Regexes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.CustomResources;

/// <summary>
/// What makes a schema structural: every field has its type outside of <c>allOf</c>, <c>anyOf</c>, <c>oneOf</c> and
/// <c>not</c>, and within those there are only restrictions of fields that stand outside too.
/// </summary>
internal static class StructuralRules
{
    private static readonly JsonNode IntegerOrString = JsonNode.Parse("""[{"type":"integer"},{"type":"string"}]""")!;

    private static readonly (string Key, string Detail)[] OnlyOutside =
    [
        ("type", "must be empty to be structural"),
        ("additionalProperties", "must be undefined to be structural"),
        ("default", "must be undefined to be structural"),
        ("title", "must be empty to be structural"),
        ("description", "must be empty to be structural"),
        ("nullable", "must be false to be structural"),
        ("x-kubernetes-preserve-unknown-fields", "must be false to be structural"),
        ("x-kubernetes-embedded-resource", "must be false to be structural"),
        ("x-kubernetes-int-or-string", "must be false to be structural"),
        ("x-kubernetes-list-map-keys", "must be empty to be structural"),
        ("x-kubernetes-list-type", "must be undefined to be structural"),
        ("x-kubernetes-map-type", "must be undefined to be structural"),
        ("x-kubernetes-validations", "must be empty to be structural"),
    ];

    private enum Level
    {
        Root,
        Item,
        Field,
    }

    /// <summary>What is not structural, sorted.</summary>
    public static IReadOnlyList<FieldError> Validate(JsonObject schema, string path)
    {
        var errors = new List<FieldError>();
        CheckInvariants(schema, Level.Root, path, errors);
        CheckCompleteness(schema, schema, path, path, errors);
        return [.. errors.OrderBy(error => error.ToString(), StringComparer.Ordinal)];
    }

    private static void CheckInvariants(JsonObject schema, Level level, string path, List<FieldError> errors)
    {
        if (schema.Map("items") is { } items)
        {
            CheckInvariants(items, Level.Item, FieldPath.Child(path, "items"), errors);
        }
        else if (schema.Text("type") == "array")
        {
            errors.Add(FieldError.Required(FieldPath.Child(path, "items"), "must be specified"));
        }

        foreach (var (name, property) in schema.Fields("properties"))
        {
            CheckInvariants(property, Level.Field, Property(path, name), errors);
        }

        if (schema.Has("additionalProperties"))
        {
            var valuesPath = FieldPath.Child(path, "additionalProperties");
            if (level == Level.Root)
            {
                errors.Add(FieldError.Forbidden(valuesPath, "must not be used at the root"));
            }

            if (schema.Map("additionalProperties") is { } values)
            {
                CheckInvariants(values, Level.Field, valuesPath, errors);
            }
        }

        CheckExtensions(schema, path, errors);
        var alternatives = schema["anyOf"];
        CheckRestrictions(schema, JsonValues.AreEqual(alternatives, IntegerOrString), IsFirstOfAll(schema), path, errors);
        CheckTypes(schema, level, path, errors);
        CheckMetadata(schema, level, path, errors);
    }

    private static bool IsFirstOfAll(JsonObject schema) =>
        schema.Maps("allOf") is [var first, ..] && JsonValues.AreEqual(first["anyOf"], IntegerOrString);

    private static void CheckExtensions(JsonObject schema, string path, List<FieldError> errors)
    {
        if (!schema.Flag("x-kubernetes-int-or-string"))
        {
            return;
        }

        foreach (var extension in (ReadOnlySpan<string>)["x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"])
        {
            if (schema.Flag(extension))
            {
                errors.Add(FieldError.Invalid(FieldPath.Child(path, extension), true, "must be false if x-kubernetes-int-or-string is true"));
            }
        }
    }

    private static void CheckTypes(JsonObject schema, Level level, string path, List<FieldError> errors)
    {
        var type = schema.Text("type");
        var typePath = FieldPath.Child(path, "type");
        var isEmbedded = schema.Flag("x-kubernetes-embedded-resource");
        if (isEmbedded && type != "object")
        {
            const string detail = "must be object if x-kubernetes-embedded-resource is true";
            errors.Add(type.Length == 0 ? FieldError.Required(typePath, detail) : FieldError.Invalid(typePath, type, detail));
        }
        else if (type.Length == 0 && !schema.Flag("x-kubernetes-int-or-string") && !schema.Flag("x-kubernetes-preserve-unknown-fields"))
        {
            errors.Add(FieldError.Required(typePath, level switch
            {
                Level.Root => "must not be empty at the root",
                Level.Item => "must not be empty for specified array items",
                _ => "must not be empty for specified object fields",
            }));
        }

        if (isEmbedded && schema.Has("additionalProperties"))
        {
            errors.Add(FieldError.Forbidden(FieldPath.Child(path, "additionalProperties"), "must not be used if x-kubernetes-embedded-resource is set"));
        }

        if (level == Level.Root && type.Length > 0 && type != "object")
        {
            errors.Add(FieldError.Invalid(typePath, type, "must be object at the root"));
        }

        if (isEmbedded && !schema.Flag("x-kubernetes-preserve-unknown-fields") && !schema.Fields("properties").Any())
        {
            errors.Add(FieldError.Required(
                FieldPath.Child(path, "properties"), "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields"));
        }
    }

    private static void CheckMetadata(JsonObject schema, Level level, string path, List<FieldError> errors)
    {
        if (level != Level.Root && !schema.Flag("x-kubernetes-embedded-resource"))
        {
            return;
        }

        foreach (var (name, type) in (ReadOnlySpan<(string, string)>)[("kind", "string"), ("apiVersion", "string"), ("metadata", "object")])
        {
            if (schema.Map("properties")?.Map(name) is { } property && property.Text("type") != type)
            {
                errors.Add(FieldError.Invalid(FieldPath.Child(Property(path, name), "type"), property.Text("type"), $"must be {type}"));
            }
        }

        if (level == Level.Root && schema.Map("properties")?.Map("metadata") is { } metadata && SaysMoreThanNames(metadata))
        {
            errors.Add(FieldError.Forbidden(
                Property(path, "metadata"), "must not specify anything other than name and generateName, but metadata is implicitly specified"));
        }
    }

    private static bool SaysMoreThanNames(JsonObject metadata) =>
        CrdDump.SetFields(metadata).Any(field => field is not ("Type" or "Default" or "Properties")) ||
        (metadata.Map("properties") is { } properties && properties.Any(property => property.Key is not ("name" or "generateName")));

    private static void CheckRestrictions(JsonObject schema, bool skipAnyOf, bool skipFirstAllOf, string path, List<FieldError> errors)
    {
        if (!skipAnyOf)
        {
            CheckNested(schema, "anyOf", path, errors);
        }

        foreach (var (part, i) in schema.Maps("allOf").Select((part, i) => (part, i)))
        {
            CheckNested(part, skipFirstAllOf && i == 0, FieldPath.Item(FieldPath.Child(path, "allOf"), i), errors);
        }

        CheckNested(schema, "oneOf", path, errors);
        if (schema.Map("not") is { } not)
        {
            CheckNested(not, false, FieldPath.Child(path, "not"), errors);
        }

        if (schema.Text("pattern") is { Length: > 0 } pattern)
        {
            try
            {
                GoRegex.Compile(pattern);
            }
            catch (GoRegexException exception)
            {
                errors.Add(FieldError.Invalid(
                    FieldPath.Child(path, "pattern"), pattern, $"must be a valid regular expression, but isn't: {exception.Message}"));
            }
        }
    }

    private static void CheckNested(JsonObject schema, string junctor, string path, List<FieldError> errors)
    {
        foreach (var (part, i) in schema.Maps(junctor).Select((part, i) => (part, i)))
        {
            CheckNested(part, false, FieldPath.Item(FieldPath.Child(path, junctor), i), errors);
        }
    }

    private static void CheckNested(JsonObject part, bool skipAnyOf, string path, List<FieldError> errors)
    {
        CheckRestrictions(part, skipAnyOf, false, path, errors);
        if (part.Map("items") is { } items)
        {
            CheckNested(items, false, FieldPath.Child(path, "items"), errors);
        }

        foreach (var (name, property) in part.Fields("properties"))
        {
            CheckNested(property, false, Property(path, name), errors);
        }

        foreach (var (key, detail) in OnlyOutside)
        {
            if (part[key] is { } value && GoText.Json(value) is not ("\"\"" or "[]") && !(JsonValues.KindOf(value) == JsonKind.Boolean && key != "additionalProperties" && key != "default" && !JsonValues.BooleanOf(value)))
            {
                errors.Add(FieldError.Forbidden(FieldPath.Child(path, key), detail));
            }
        }

        if (part.Map("properties")?.ContainsKey("metadata") == true)
        {
            errors.Add(FieldError.Forbidden(Property(path, "metadata"), "must not be specified in a nested context"));
        }
    }

    /// <summary>Every field that a restriction names has to stand outside of the restrictions too.</summary>
    private static void CheckCompleteness(JsonObject restriction, JsonObject schema, string path, string restrictionPath, List<FieldError> errors)
    {
        if (restriction.Map("not") is { } not)
        {
            CheckNestedCompleteness(not, schema, path, FieldPath.Child(restrictionPath, "not"), errors);
        }

        foreach (var junctor in (ReadOnlySpan<string>)["allOf", "anyOf", "oneOf"])
        {
            var parts = restriction.Maps(junctor);
            for (var i = 0; i < parts.Count; i++)
            {
                CheckNestedCompleteness(parts[i], schema, path, FieldPath.Item(FieldPath.Child(restrictionPath, junctor), i), errors);
            }
        }
    }

    private static void CheckNestedCompleteness(JsonObject restriction, JsonObject? schema, string path, string restrictionPath, List<FieldError> errors)
    {
        if (schema is null)
        {
            errors.Add(FieldError.Required(path, $"because it is defined in {restrictionPath}"));
            return;
        }

        CheckCompleteness(restriction, schema, path, restrictionPath, errors);
        if (restriction.Map("items") is { } items)
        {
            CheckNestedCompleteness(items, schema.Map("items"), FieldPath.Child(path, "items"), FieldPath.Child(restrictionPath, "items"), errors);
        }

        foreach (var (name, property) in restriction.Fields("properties"))
        {
            CheckNestedCompleteness(property, schema.Map("properties")?.Map(name), Property(path, name), Property(restrictionPath, name), errors);
        }
    }

    private static string Property(string path, string name) => FieldPath.Key(FieldPath.Child(path, "properties"), name);
}
