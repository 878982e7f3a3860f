using System.Globalization;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.CustomResources;

/// <summary>The paths of a scale subresource, such as <c>.spec.replicas</c>.</summary>
/// <param name="SpecReplicas">How many there should be.</param>
/// <param name="StatusReplicas">How many there are.</param>
/// <param name="LabelSelector">Which pods these are; null where it is not told.</param>
internal sealed record ScalePaths(string SpecReplicas, string StatusReplicas, string? LabelSelector);

/// <summary>
/// Everything that a custom resource is held to: its type, its schema, its embedded resources, its lists and its rules,
/// with the errors in kube-apiserver's order. Rules are left out where an error of the schema could make them fail.
/// </summary>
/// <param name="apiVersion">Group and version that the object must be of.</param>
/// <param name="kind">Kind that the object must be of.</param>
/// <param name="schema">Schema of the version.</param>
/// <param name="scale">Paths of the scale subresource; null where there is none.</param>
/// <param name="rules">Runs the <c>x-kubernetes-validations</c> of the schema on a new and, on an update, an old object; not called where the schema has none.</param>
internal sealed class CustomResourceValidator(
    string apiVersion,
    string kind,
    Schema schema,
    ScalePaths? scale,
    Func<JsonNode, JsonNode?, IReadOnlyList<FieldError>> rules)
{
    private const string RulesNotChecked =
        "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";

    private readonly bool _hasRules = HasRules(schema);

    /// <summary>Whether there is a rule anywhere in the schema.</summary>
    public static bool HasRules(Schema schema) =>
        schema.Validations.Count > 0 ||
        schema.Properties.Values.Any(HasRules) ||
        (schema.AdditionalProperties is { } values && HasRules(values)) ||
        (schema.Items is { } items && HasRules(items)) ||
        schema.AllOf.Any(HasRules) || schema.AnyOf.Any(HasRules) || schema.OneOf.Any(HasRules) || (schema.Not is { } not && HasRules(not));

    /// <summary>Validates a new object.</summary>
    /// <param name="value">The object, with defaults filled in and unknown fields pruned.</param>
    /// <param name="metadataErrors">What is wrong with its metadata; told in its place among the rest.</param>
    public IReadOnlyList<FieldError> ValidateCreate(JsonObject value, IReadOnlyList<FieldError> metadataErrors) =>
        Validate(value, null, metadataErrors, scaleOfSpec: true);

    /// <summary>Validates a changed object; what is wrong is tolerated where it was the same before.</summary>
    /// <param name="value">The object, with defaults filled in and unknown fields pruned.</param>
    /// <param name="oldValue">The object before.</param>
    /// <param name="metadataErrors">What is wrong with its metadata.</param>
    /// <param name="isStatus">Whether the change came through the status subresource.</param>
    public IReadOnlyList<FieldError> ValidateUpdate(
        JsonObject value, JsonObject oldValue, IReadOnlyList<FieldError> metadataErrors, bool isStatus = false) =>
        Validate(value, oldValue, metadataErrors, scaleOfSpec: !isStatus);

    private List<FieldError> Validate(JsonObject value, JsonObject? oldValue, IReadOnlyList<FieldError> metadataErrors, bool scaleOfSpec)
    {
        var errors = ValidateType(value);
        if (errors.Count == 0)
        {
            errors.AddRange(metadataErrors);
            errors.AddRange(oldValue is null
                ? SchemaValidator.Validate(schema, value)
                : SchemaValidator.ValidateUpdate(schema, value, oldValue));
            errors.AddRange(ValidateScale(value, scaleOfSpec));
        }

        errors.AddRange(EmbeddedResources.Validate(schema, value));
        var listErrors = ListTypeValidator.Validate(schema, value);
        if (listErrors.Count > 0 && (oldValue is null || ListTypeValidator.Validate(schema, oldValue).Count == 0))
        {
            errors.AddRange(listErrors);
        }

        if (_hasRules)
        {
            errors.AddRange(errors.Exists(Blocks)
                ? [FieldError.Invalid(FieldPath.Whole, null, RulesNotChecked)]
                : rules(value, oldValue));
        }

        return errors;
    }

    /// <summary>Whether rules could trip over what the error is about.</summary>
    private static bool Blocks(FieldError error) => error.Type is
        FieldErrorType.NotSupported or FieldErrorType.Required or FieldErrorType.TooLong or FieldErrorType.TooMany or FieldErrorType.TypeInvalid;

    private List<FieldError> ValidateType(JsonObject value)
    {
        var errors = new List<FieldError>();
        foreach (var (field, wanted) in (ReadOnlySpan<(string, string)>)[("kind", kind), ("apiVersion", apiVersion)])
        {
            var found = JsonValues.TryGetString(value[field], out var text) ? text : "";
            if (found != wanted)
            {
                errors.Add(FieldError.Invalid(field, found, $"must be {wanted}"));
            }
        }

        return errors;
    }

    private List<FieldError> ValidateScale(JsonObject value, bool ofSpec)
    {
        if (scale is null)
        {
            return [];
        }

        var errors = new List<FieldError>();
        if (ofSpec)
        {
            CheckReplicas(value, scale.SpecReplicas, errors);
        }

        CheckReplicas(value, scale.StatusReplicas, errors);
        if (!string.IsNullOrEmpty(scale.LabelSelector))
        {
            CheckText(value, scale.LabelSelector, errors);
        }

        return errors;
    }

    private static void CheckReplicas(JsonObject value, string path, List<FieldError> errors)
    {
        if (!TryFollow(value, path, errors, JsonValue.Create(0), out var found))
        {
            return;
        }

        if (!JsonValues.TryGetInteger(found, out var replicas))
        {
            AddWrongType(path, found, "int64", JsonValue.Create(0), errors);
        }
        else if (replicas < 0)
        {
            errors.Add(FieldError.Invalid(path, replicas, "should be a non-negative integer"));
        }
        else if (replicas > int.MaxValue)
        {
            errors.Add(FieldError.Invalid(path, replicas, $"should be less than or equal to {int.MaxValue}"));
        }
    }

    private static void CheckText(JsonObject value, string path, List<FieldError> errors)
    {
        if (TryFollow(value, path, errors, JsonValue.Create(""), out var found) && !JsonValues.TryGetString(found, out _))
        {
            AddWrongType(path, found, "string", JsonValue.Create(""), errors);
        }
    }

    /// <summary>Follows a path such as <c>.spec.replicas</c>; no value at its end is no error.</summary>
    private static bool TryFollow(JsonObject value, string path, List<FieldError> errors, JsonNode zero, out JsonNode? found)
    {
        found = value;
        foreach (var name in path.TrimStart('.').Split('.'))
        {
            if (found is not JsonObject map)
            {
                AddWrongType(path, found, "map[string]interface{}", zero, errors);
                return false;
            }

            if (!map.TryGetPropertyValue(name, out found))
            {
                return false;
            }
        }

        return true;
    }

    private static void AddWrongType(string path, JsonNode? found, string wanted, JsonNode zero, List<FieldError> errors)
    {
        var (shown, type) = JsonValues.KindOf(found) switch
        {
            JsonKind.Null => ("<nil>", "<nil>"),
            JsonKind.Boolean => (GoText.Json(found), "bool"),
            JsonKind.Integer => (JsonValues.IntegerOf(found).ToString(CultureInfo.InvariantCulture), "int64"),
            JsonKind.Number => (GoText.Float(JsonValues.DoubleOf(found)), "float64"),
            JsonKind.String => (JsonValues.StringOf(found), "string"),
            JsonKind.Array => (GoText.Json(found), "[]interface {}"),
            _ => (GoText.Json(found), "map[string]interface {}"),
        };
        errors.Add(FieldError.Invalid(path, zero, $".{path.TrimStart('.')} accessor error: {shown} is of the type {type}, expected {wanted}"));
    }
}
