using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Cel;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>Finds what is wrong with the rules of a schema before anything is validated by them.</summary>
internal sealed class ValidationRulesCheck
{
    private const string Extension = "x-kubernetes-validations";

    private static readonly string[] Reasons = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

    private readonly SchemaTypes _types = new();
    private readonly RuleCosts _costs = new();
    private readonly bool _costsAreAccepted;
    private readonly List<FieldError> _structure = [];
    private readonly List<FieldError> _expressions = [];

    private ValidationRulesCheck(bool costsAreAccepted) => _costsAreAccepted = costsAreAccepted;

    /// <summary>Lists the errors of the rules of a custom resource's schema.</summary>
    /// <param name="schema">The schema, which must be structural.</param>
    /// <param name="path">Where it stands, such as <c>spec.validation.openAPIV3Schema</c>.</param>
    /// <param name="costsAreAccepted">Whether the schema is stored as it is already: then its rules are not too expensive, neither one by itself nor all together.</param>
    public static IReadOnlyList<FieldError> Errors(Schema schema, string path, bool costsAreAccepted = false)
    {
        if (!RuleNode.HasRules(schema))
            return [];
        var check = new ValidationRulesCheck(costsAreAccepted);
        check.Visit(schema, schema, path, isResource: true, uncorrelatable: null, occurrences: 1);
        return [.. check._structure, .. check._expressions, .. costsAreAccepted ? [] : check._costs.Errors(path)];
    }

    /// <param name="rules">Where the rules stand: the schema itself, or a part of its <c>allOf</c>.</param>
    /// <param name="schema">What the values are.</param>
    /// <param name="path">Where the rules stand.</param>
    /// <param name="isResource">Whether the values are resources.</param>
    /// <param name="uncorrelatable">The outermost list whose items cannot be told from each other after an update; null outside such.</param>
    /// <param name="occurrences">How often such values can occur in one object, by what the schemas around say; null where one of them says nothing.</param>
    private void Visit(Schema rules, Schema schema, string path, bool isResource, string? uncorrelatable, ulong? occurrences)
    {
        if (!RuleNode.HasRules(rules))
            return;
        var before = _structure.Count;
        var within = occurrences is { } times && MostElements(schema) is { } most ? SizeRange.Multiply(times, most) : (ulong?)null;
        if (rules.AdditionalProperties is { } valueRules && schema.AdditionalProperties is { } values)
            Visit(valueRules, values, path + ".additionalProperties", values.EmbeddedResource, uncorrelatable, within);
        foreach (var (name, propertyRules) in rules.Properties)
        {
            if (schema.Properties.TryGetValue(name, out var property))
                Visit(propertyRules, property, $"{path}.properties[{name}]", property.EmbeddedResource, uncorrelatable, within);
        }
        for (var i = 0; i < rules.AllOf.Count; i++)
            Visit(rules.AllOf[i], schema, $"{path}.allOf[{i}]", isResource, uncorrelatable, occurrences);
        if (rules.Items is { } itemRules && schema.Items is { } items)
            Visit(itemRules, items, path + ".items", items.EmbeddedResource, schema.ListType == "map" ? uncorrelatable : uncorrelatable
                ?? path, within);
        for (var i = 0; i < rules.Validations.Count; i++)
            CheckStructure(schema, rules.Validations[i], $"{path}.{Extension}[{i}]");
        if (_structure.Count == before && rules.Validations.Count > 0)
            CheckExpressions(rules, schema, path, isResource, uncorrelatable, occurrences);
    }

    /// <summary>How many values a value of a schema can have in it for each of its fields; null where the schema says nothing.</summary>
    private static ulong? MostElements(Schema schema) => schema switch
    {
        { Type: "object", AdditionalProperties: not null } => (ulong?)schema.MaxProperties,
        { Type: "array" } => (ulong?)schema.MaxItems,
        _ => 1,
    };

    private void CheckStructure(Schema schema, ValidationRule rule, string path)
    {
        var trimmed = rule.Rule.Trim();
        var message = rule.Message?.Trim() ?? "";
        if (trimmed.Length == 0)
            _structure.Add(FieldError.Required(path + ".rule", "rule is not specified"));
        else if (rule.Message?.Length > 0 && message.Length == 0)
            _structure.Add(Invalid(path + ".message", rule.Message, "message must be non-empty if specified"));
        else if (HasLineBreaks(message))
            _structure.Add(Invalid(path + ".message", rule.Message!, "message must not contain line breaks"));
        else if (HasLineBreaks(trimmed) && message.Length == 0)
            _structure.Add(FieldError.Required(path + ".message", "message must be specified if rule contains line breaks"));
        if (rule.MessageExpression?.Length > 0 && string.IsNullOrWhiteSpace(rule.MessageExpression))
            _structure.Add(FieldError.Required(path + ".messageExpression", "messageExpression must be non-empty if specified"));
        if (rule.Reason is not null && !Reasons.Contains(rule.Reason))
            _structure.Add(FieldError.NotSupported(path + ".reason", JsonValue.Create(rule.Reason), Reasons));
        if (!(rule.FieldPath?.Length > 0))
            return;
        if (string.IsNullOrWhiteSpace(rule.FieldPath))
            _structure.Add(Invalid(path + ".fieldPath", rule.FieldPath, "fieldPath must be non-empty if specified"));
        if (HasLineBreaks(rule.FieldPath))
            _structure.Add(Invalid(path + ".fieldPath", rule.FieldPath, "fieldPath must not contain line breaks"));
        if (RuleFieldPath.Resolve(rule.FieldPath, schema) is null)
            _structure.Add(Invalid(path + ".fieldPath", rule.FieldPath, "fieldPath must be a valid path"));
    }

    private void CheckExpressions(Schema rules, Schema schema, string path, bool isResource, string? uncorrelatable, ulong? occurrences)
    {
        if (_types.Of(schema, isResource) is not { } type)
        {
            _expressions.Add(new FieldError(FieldErrorType.Internal, $"{path}.{Extension}",
                $"Internal error: rule declared on schema that does not support validation rules type: '{schema.Type}'"
                + $" x-kubernetes-preserve-unknown-fields: '{(schema.PreserveUnknownFields ? "true" : "false")}'"));
            return;
        }
        var sizes = SchemaSize.Of(schema, isResource)!;
        for (var i = 0; i < rules.Validations.Count; i++)
        {
            var rule = rules.Validations[i];
            var compiled = CompiledRule.Compile(rule, type, sizes);
            var place = $"{path}.{Extension}[{i}]";
            CountCost(place, "rule", SizeRange.Multiply(compiled.Program?.MostCost ?? 0, occurrences ?? sizes.MostOccurrences));
            if (compiled.Error is not null)
                _expressions.Add(OfRule(place + ".rule", rule, compiled.Error));
            if (compiled.MessageError is not null)
                _expressions.Add(OfRule(place + ".messageExpression", rule, compiled.MessageError));
            else if (compiled.Message is { } message)
                CountCost(place, "messageExpression", message.MostCost ?? 0);
            if (compiled.UsesOldSelf && uncorrelatable is not null)
            {
                _expressions.Add(Invalid(place + ".rule", rule.Rule,
                    $"oldSelf cannot be used on the uncorrelatable portion of the schema within {uncorrelatable}"));
            }
            else if (!compiled.UsesOldSelf && rule.OptionalOldSelf is { } optional)
            {
                _expressions.Add(FieldError.Invalid(place + ".optionalOldSelf", JsonValue.Create(optional),
                    "may not be set if oldSelf is not used in rule"));
            }
        }
    }

    private void CountCost(string place, string what, ulong cost)
    {
        if (_costs.Add($"{place}.{what}", what, cost) is { } error && !_costsAreAccepted)
            _expressions.Add(error);
    }

    private static bool HasLineBreaks(string text) => text.AsSpan().ContainsAny('\n', '\r');

    private static FieldError Invalid(string field, string value, string detail) =>
        FieldError.Invalid(field, JsonValue.Create(value), detail);

    /// <summary>These errors show the whole rule, with the names that its fields have inside a real API server.</summary>
    private static FieldError OfRule(string field, ValidationRule rule, string detail)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("Rule", rule.Rule);
            json.WriteString("Message", rule.Message ?? "");
            json.WriteString("MessageExpression", rule.MessageExpression ?? "");
            json.WriteString("Reason", rule.Reason);
            json.WriteString("FieldPath", rule.FieldPath ?? "");
            json.WritePropertyName("OptionalOldSelf");
            if (rule.OptionalOldSelf is { } optional)
                json.WriteBooleanValue(optional);
            else
                json.WriteNullValue();
            json.WriteEndObject();
        }
        // Go writes these characters escaped.
        var shown = Encoding.UTF8.GetString(stream.ToArray())
            .Replace("<", "\\u003c", StringComparison.Ordinal)
            .Replace(">", "\\u003e", StringComparison.Ordinal)
            .Replace("&", "\\u0026", StringComparison.Ordinal);
        return new FieldError(FieldErrorType.Invalid, field, $"Invalid value: {shown}: {detail}");
    }
}
