using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.CustomResources;

/// <summary>What may stand in a schema of a CustomResourceDefinition at all, and what its extensions demand of it.</summary>
internal static class SchemaPropsRules
{
    private static readonly string[] Types = ["array", "boolean", "integer", "number", "object", "string"];
    private static readonly string[] Reasons = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

    private static readonly string[] Unsupported = ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"];

    public static IReadOnlyList<FieldError> Validate(JsonObject schema, string path)
    {
        var errors = new List<FieldError>();
        Check(schema, path, new Place(IsRoot: true, InMetadata: false, NoDefaultsBecause: null), errors);
        return errors;
    }

    /// <summary>Where in the schema a part of it stands.</summary>
    /// <param name="IsRoot">Whether it is the whole.</param>
    /// <param name="InMetadata">Whether it describes type or metadata of an object.</param>
    /// <param name="NoDefaultsBecause">Why there may be no defaults; null where there may.</param>
    private readonly record struct Place(bool IsRoot, bool InMetadata, string? NoDefaultsBecause);

    private static void Check(JsonObject schema, string path, Place place, List<FieldError> errors)
    {
        CheckSupported(schema, path, place, errors);
        var inner = place with { IsRoot = false };
        if (schema.Flag("uniqueItems"))
        {
            errors.Add(FieldError.Forbidden(
                FieldPath.Child(path, "uniqueItems"), "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"));
        }

        if (schema["additionalProperties"] is { } additional)
        {
            var valuesPath = FieldPath.Child(path, "additionalProperties");
            if (schema.Fields("properties").Any() && (additional is JsonObject || !schema.Flag("additionalProperties")))
            {
                errors.Add(FieldError.Forbidden(valuesPath, "additionalProperties and properties are mutual exclusive"));
            }

            if (additional is JsonObject values)
            {
                Check(values, valuesPath, place.InMetadata ? inner with { NoDefaultsBecause = "inside additionalProperties applying to object metadata" } : inner, errors);
            }
        }

        foreach (var (name, property) in schema.Fields("properties"))
        {
            var propertyPlace = inner;
            if ((place.IsRoot || schema.Flag("x-kubernetes-embedded-resource")) && name is "metadata" or "kind" or "apiVersion")
            {
                propertyPlace = inner with { InMetadata = true, NoDefaultsBecause = place.IsRoot ? $"in top-level {name}" : inner.NoDefaultsBecause };
            }

            Check(property, FieldPath.Key(FieldPath.Child(path, "properties"), name), propertyPlace, errors);
        }

        if (schema.Map("not") is { } not)
        {
            Check(not, FieldPath.Child(path, "not"), inner, errors);
        }

        foreach (var junctor in (ReadOnlySpan<string>)["allOf", "oneOf", "anyOf"])
        {
            var parts = schema.Maps(junctor);
            for (var i = 0; i < parts.Count; i++)
            {
                Check(parts[i], FieldPath.Item(FieldPath.Child(path, junctor), i), inner, errors);
            }
        }

        if (schema.Map("items") is { } items)
        {
            Check(items, FieldPath.Child(path, "items"), inner, errors);
        }

        ListAndMapTypeRules.Check(schema, path, errors);
        CheckRules(schema, path, errors);
    }

    private static void CheckSupported(JsonObject schema, string path, Place place, List<FieldError> errors)
    {
        var type = schema.Text("type");
        var typePath = FieldPath.Child(path, "type");
        if (type.Length > 0 && !Types.Contains(type))
        {
            errors.Add(FieldError.NotSupported(typePath, type, Types));
        }

        if (schema.Has("default") && place.NoDefaultsBecause is not null)
        {
            errors.Add(FieldError.Forbidden(FieldPath.Child(path, "default"), $"must not be set {place.NoDefaultsBecause}"));
        }

        foreach (var key in Unsupported)
        {
            if (schema[key] is { } value && GoText.Json(value) is not ("\"\"" or "{}"))
            {
                errors.Add(FieldError.Forbidden(FieldPath.Child(path, key), $"{key} is not supported"));
            }
        }

        if (type == "null")
        {
            errors.Add(FieldError.Forbidden(typePath, "type cannot be set to null, use nullable as an alternative"));
        }

        if (schema["items"] is JsonArray { Count: > 0 })
        {
            errors.Add(FieldError.Forbidden(FieldPath.Child(path, "items"), "items must be a schema object and not an array"));
        }

        if (place.InMetadata && schema.Flag("x-kubernetes-embedded-resource"))
        {
            errors.Add(FieldError.Forbidden(FieldPath.Child(path, "x-kubernetes-embedded-resource"), "must not be used inside of resource meta"));
        }

        if (JsonValues.KindOf(schema["x-kubernetes-preserve-unknown-fields"]) == JsonKind.Boolean && !schema.Flag("x-kubernetes-preserve-unknown-fields"))
        {
            errors.Add(FieldError.Invalid(FieldPath.Child(path, "x-kubernetes-preserve-unknown-fields"), false, "must be true or undefined"));
        }
    }

    /// <summary>The parts of <c>x-kubernetes-validations</c> that are no expressions.</summary>
    private static void CheckRules(JsonObject schema, string path, List<FieldError> errors)
    {
        var rules = schema.Maps("x-kubernetes-validations");
        for (var i = 0; i < rules.Count; i++)
        {
            CheckRule(schema, rules[i], FieldPath.Item(FieldPath.Child(path, "x-kubernetes-validations"), i), errors);
        }
    }

    private static void CheckRule(JsonObject schema, JsonObject rule, string path, List<FieldError> errors)
    {
        var expression = rule.Text("rule").Trim();
        var message = rule.Text("message");
        var messagePath = FieldPath.Child(path, "message");
        if (expression.Length == 0)
        {
            errors.Add(FieldError.Required(FieldPath.Child(path, "rule"), "rule is not specified"));
        }
        else if (message.Length > 0 && message.Trim().Length == 0)
        {
            errors.Add(FieldError.Invalid(messagePath, message, "message must be non-empty if specified"));
        }
        else if (HasLineBreak(message.Trim()))
        {
            errors.Add(FieldError.Invalid(messagePath, message, "message must not contain line breaks"));
        }
        else if (HasLineBreak(expression) && message.Trim().Length == 0)
        {
            errors.Add(FieldError.Required(messagePath, "message must be specified if rule contains line breaks"));
        }

        if (rule.Text("messageExpression") is { Length: > 0 } messageExpression && messageExpression.Trim().Length == 0)
        {
            errors.Add(FieldError.Required(FieldPath.Child(path, "messageExpression"), "messageExpression must be non-empty if specified"));
        }

        if (rule.OptionalText("reason") is { } reason && !Reasons.Contains(reason))
        {
            errors.Add(FieldError.NotSupported(FieldPath.Child(path, "reason"), reason, Reasons));
        }

        if (rule.Text("fieldPath") is { Length: > 0 } fieldPath)
        {
            var fieldPathPath = FieldPath.Child(path, "fieldPath");
            if (fieldPath.Trim().Length == 0)
            {
                errors.Add(FieldError.Invalid(fieldPathPath, fieldPath, "fieldPath must be non-empty if specified"));
            }

            if (HasLineBreak(fieldPath))
            {
                errors.Add(FieldError.Invalid(fieldPathPath, fieldPath, "fieldPath must not contain line breaks"));
            }

            if (!SchemaFieldPath.TryResolve(schema, fieldPath, out _, out _))
            {
                errors.Add(FieldError.Invalid(fieldPathPath, fieldPath, "fieldPath must be a valid path"));
            }
        }
    }

    private static bool HasLineBreak(string text) => text.AsSpan().IndexOfAny('\n', '\r') >= 0;
}
