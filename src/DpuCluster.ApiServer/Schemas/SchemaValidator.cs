using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>
/// Holds values to a <see cref="Schema"/>: types, ranges, formats, required fields and alternatives, with the errors and
/// the order of errors of kube-apiserver. What lists of type set and map demand is <see cref="ListTypeValidator"/>'s.
/// </summary>
internal static class SchemaValidator
{
    /// <param name="schema">What the value is held to.</param>
    /// <param name="value">A whole object, or a part of one.</param>
    /// <param name="rootPath">Path of the field that the value stands in; empty for a whole object.</param>
    public static IReadOnlyList<FieldError> Validate(Schema schema, JsonNode? value, string rootPath = "") =>
        new SchemaValidation(rootPath).Validate(schema, value, ValuePath.Root, OldValue.None).Errors;

    /// <summary>As on an update: what is wrong is tolerated where it stands unchanged in the old value.</summary>
    public static IReadOnlyList<FieldError> ValidateUpdate(Schema schema, JsonNode? value, JsonNode? oldValue, string rootPath = "") =>
        new SchemaValidation(rootPath).Validate(schema, value, ValuePath.Root, new OldValue(oldValue)).Errors;
}
