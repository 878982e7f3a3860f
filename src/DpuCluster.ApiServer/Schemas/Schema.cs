using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>
/// What may stand at one place of an object: the part of OpenAPI v3 that Kubernetes uses, with its extensions. One model
/// for custom resources (read from their CRD) and built-in kinds (from the catalogue), so that validation, defaulting,
/// pruning, the patch kinds, field management and OpenAPI are each one piece of code. Immutable once built.
/// </summary>
internal sealed class Schema
{
    // Before Anything, which needs it: static fields are initialized in the order in which they stand.
    private static readonly IReadOnlyDictionary<string, Schema> EmptyProperties = new Dictionary<string, Schema>();

    /// <summary>What a value without any rule may be.</summary>
    public static Schema Anything { get; } = new() { PreserveUnknownFields = true };

    /// <summary><c>object</c>, <c>array</c>, <c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c>; null where any is allowed.</summary>
    public string? Type { get; init; }

    public string? Format { get; init; }

    public string? Description { get; init; }

    public bool Nullable { get; init; }

    public JsonNode? Default { get; init; }

    public IReadOnlyDictionary<string, Schema> Properties { get; init; } = EmptyProperties;

    /// <summary>Schema of the values of a map; null where the object is not a map.</summary>
    public Schema? AdditionalProperties { get; init; }

    /// <summary><c>additionalProperties: false</c>: fields other than the named ones are an error.</summary>
    public bool ForbidsAdditionalProperties { get; init; }

    public Schema? Items { get; init; }

    public IReadOnlyList<string> Required { get; init; } = [];

    public IReadOnlyList<JsonNode?>? Enum { get; init; }

    public double? Minimum { get; init; }

    public bool ExclusiveMinimum { get; init; }

    public double? Maximum { get; init; }

    public bool ExclusiveMaximum { get; init; }

    public double? MultipleOf { get; init; }

    public long? MinLength { get; init; }

    public long? MaxLength { get; init; }

    public string? Pattern { get; init; }

    public long? MinItems { get; init; }

    public long? MaxItems { get; init; }

    public bool UniqueItems { get; init; }

    public long? MinProperties { get; init; }

    public long? MaxProperties { get; init; }

    public IReadOnlyList<Schema> AllOf { get; init; } = [];

    public IReadOnlyList<Schema> AnyOf { get; init; } = [];

    public IReadOnlyList<Schema> OneOf { get; init; } = [];

    public Schema? Not { get; init; }

    /// <summary><c>x-kubernetes-preserve-unknown-fields</c>.</summary>
    public bool PreserveUnknownFields { get; init; }

    /// <summary><c>x-kubernetes-int-or-string</c>.</summary>
    public bool IntOrString { get; init; }

    /// <summary><c>x-kubernetes-embedded-resource</c>.</summary>
    public bool EmbeddedResource { get; init; }

    /// <summary><c>x-kubernetes-list-type</c>: <c>atomic</c>, <c>set</c> or <c>map</c>; null where it is not said (which means atomic).</summary>
    public string? ListType { get; init; }

    /// <summary><c>x-kubernetes-list-map-keys</c>: the fields that name an item of a list of type <c>map</c>.</summary>
    public IReadOnlyList<string> ListMapKeys { get; init; } = [];

    /// <summary><c>x-kubernetes-map-type</c>: <c>granular</c> or <c>atomic</c>; null where it is not said (which means granular).</summary>
    public string? MapType { get; init; }

    /// <summary><c>x-kubernetes-validations</c>.</summary>
    public IReadOnlyList<ValidationRule> Validations { get; init; } = [];

    /// <summary><c>x-kubernetes-patch-strategy</c>, of built-in kinds only: <c>merge</c>, <c>replace</c>, <c>retainKeys</c>, or several with commas.</summary>
    public string? PatchStrategy { get; init; }

    /// <summary><c>x-kubernetes-patch-merge-key</c>, of built-in kinds only.</summary>
    public string? PatchMergeKey { get; init; }

    /// <summary>Name under which OpenAPI documents refer to this schema, such as <c>io.k8s.api.core.v1.PodSpec</c>; null for one that stands inline.</summary>
    public string? DefinitionName { get; init; }
}

/// <summary>One rule of <c>x-kubernetes-validations</c>, as it stands in the CRD.</summary>
/// <param name="Rule">CEL expression.</param>
/// <param name="Message">What to say when it does not hold; null for the default.</param>
/// <param name="MessageExpression">CEL expression that makes the message; null for none.</param>
/// <param name="Reason"><c>FieldValueInvalid</c> (when null), <c>FieldValueForbidden</c>, <c>FieldValueRequired</c> or <c>FieldValueDuplicate</c>.</param>
/// <param name="FieldPath">Relative path of the field that the failure is reported at, such as <c>.spec.name</c>; null for the place of the rule.</param>
/// <param name="OptionalOldSelf">Whether a transition rule runs on creation too, with <c>oldSelf</c> as an optional; null where nobody said.</param>
internal sealed record ValidationRule(
    string Rule,
    string? Message,
    string? MessageExpression,
    string? Reason,
    string? FieldPath,
    bool? OptionalOldSelf);
