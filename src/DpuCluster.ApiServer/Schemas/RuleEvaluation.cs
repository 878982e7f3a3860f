using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Cel;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>Goes through one object and evaluates the rules for each of its parts.</summary>
internal sealed class RuleEvaluation
{
    /// <summary>A message that an expression makes may be this long, in bytes of UTF-8.</summary>
    private const int MaxMessage = 5 * 1024;

    private const string OutOfBudget = "validation failed due to running out of cost budget, no further validation rules will be run";

    private long _budget = ValidationRules.PerObjectLimit;

    public List<FieldError> Errors { get; } = [];

    public List<string> Warnings { get; } = [];

    /// <summary>Evaluates the rules of a schema and those within it; false when the budget is used up and nothing more is to be done.</summary>
    public bool Visit(RuleNode node, string path, JsonNode? value, JsonNode? old, RuleCorrelation correlation)
    {
        if (value is null)
            return true;
        if (node.Rules.Length > 0 && !Evaluate(node, path, value, old, correlation))
            return false;
        foreach (var part in node.AllOf)
        {
            if (!Visit(part, path, value, old, new RuleCorrelation(null, correlation.Around)))
                return false;
        }
        return value switch
        {
            JsonObject map => VisitMap(node, path, map, old as JsonObject, correlation),
            JsonArray list => node.Items is null || VisitList(node, path, list, old as JsonArray, correlation),
            _ => true,
        };
    }

    private bool VisitMap(RuleNode node, string path, JsonObject map, JsonObject? old, RuleCorrelation correlation)
    {
        foreach (var (name, value) in map)
        {
            var within = node.AdditionalProperties ?? node.Properties?.GetValueOrDefault(name);
            if (within is null)
                continue;
            var place = node.AdditionalProperties is not null ? $"{path}[{name}]" : Child(path, name);
            if (!Visit(within, place, value, old?[name], correlation.Key(name, node.Schema)))
                return false;
        }
        return true;
    }

    private bool VisitList(RuleNode node, string path, JsonArray list, JsonArray? old, RuleCorrelation correlation)
    {
        var before = node.Schema.ListType == "map" && old is not null ? ByKey(old, node.Schema.ListMapKeys) : null;
        for (var i = 0; i < list.Count; i++)
        {
            var oldItem = before is not null && list[i] is JsonObject item
                ? before.GetValueOrDefault(Key(item, node.Schema.ListMapKeys))
                : null;
            if (!Visit(node.Items!, $"{path}[{i}]", list[i], oldItem, correlation.Item(list[i], oldItem)))
                return false;
        }
        return true;
    }

    private static Dictionary<string, JsonNode> ByKey(JsonArray list, IReadOnlyList<string> keys)
    {
        var items = new Dictionary<string, JsonNode>(list.Count, StringComparer.Ordinal);
        foreach (var item in list.OfType<JsonObject>())
            items.TryAdd(Key(item, keys), item);
        return items;
    }

    private static string Key(JsonObject item, IReadOnlyList<string> keys) =>
        string.Join('\0', keys.Select(key => FieldError.Show(item[key])));

    private static string Child(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private bool Evaluate(RuleNode node, string path, JsonNode value, JsonNode? old, RuleCorrelation correlation)
    {
        var field = path.Length == 0 ? "<nil>" : path;
        if (_budget <= 0)
        {
            Errors.Add(OfType(node, field, OutOfBudget));
            return false;
        }
        var self = SchemaValues.Of(value, node.Schema, node.IsResource);
        var oldSelf = old is null ? null : SchemaValues.Of(old, node.Schema, node.IsResource);
        foreach (var rule in node.Rules)
        {
            if (rule.Error is not null)
            {
                Errors.Add(OfType(node, field, $"rule compile error: {rule.Error}"));
                continue;
            }
            if (rule.Program is null || (rule.UsesOldSelf && old is null && rule.Rule.OptionalOldSelf is not true))
                continue;
            object?[] variables = [self, rule.Rule.OptionalOldSelf is not true ? oldSelf : oldSelf is null ? CelOptional.None
                : new CelOptional(oldSelf)];
            if (!Evaluate(rule, node, path, value, variables, correlation))
                return false;
        }
        return true;
    }

    private bool Evaluate(CompiledRule rule, RuleNode node, string path, JsonNode value, object?[] variables, RuleCorrelation correlation)
    {
        var field = path.Length == 0 ? "<nil>" : path;
        object result;
        var cost = 0L;
        try
        {
            result = rule.Program!.Evaluate(variables, ValidationRules.PerCallLimit, out cost);
        }
        catch (CelCostException e)
        {
            Errors.Add(OfType(node, field, cost > _budget
                ? OutOfBudget
                : $"'{e.Message}': no further validation rules will be run due to call cost exceeds limit for rule: {rule.Shown}"));
            return false;
        }
        if (cost > _budget)
        {
            Errors.Add(OfType(node, field, OutOfBudget));
            return false;
        }
        _budget -= cost;
        switch (result)
        {
            case true:
                return true;
            case CelError error when error.Message.StartsWith("no such overload", StringComparison.Ordinal):
                Errors.Add(OfType(node, field,
                    $"'{error.Message}': call arguments did not match a supported operator, function or macro signature for rule: {rule.Shown}"));
                return true;
            case CelError error:
                Errors.Add(OfType(node, field, $"{error.Message} evaluating rule: {rule.Shown}"));
                return true;
            default:
                return Fail(rule, node, path, value, variables, correlation);
        }
    }

    private bool Fail(CompiledRule rule, RuleNode node, string path, JsonNode value, object?[] variables, RuleCorrelation correlation)
    {
        var place = rule.Rule.FieldPath is { Length: > 0 } relative && RuleFieldPath.Resolve(relative.Trim(), node.Schema) is { } within
            ? Child(path, within)
            : path;
        var field = place.Length == 0 ? "<nil>" : place;
        string? detail = null;
        if (rule.Message is not null)
        {
            detail = Message(rule, variables, out var fatal);
            if (fatal is not null)
            {
                Add(rule, OfType(node, field, fatal), correlation);
                return false;
            }
        }
        detail ??= string.IsNullOrEmpty(rule.Rule.Message) ? "failed rule: " + rule.Shown : rule.Shown;
        Add(rule, Failure(rule.Rule.Reason, field, value, detail), correlation);
        return true;
    }

    /// <summary>The message that a rule's expression makes; null when it makes none that can be used.</summary>
    private string? Message(CompiledRule rule, object?[] variables, out string? fatal)
    {
        fatal = null;
        object result;
        var cost = 0L;
        try
        {
            result = rule.Message!.Evaluate(variables, ValidationRules.PerCallLimit, out cost);
        }
        catch (CelCostException)
        {
            fatal = cost > _budget
                ? "messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run"
                : $"no further validation rules will be run due to call cost exceeds limit for messageExpression: {CelFormatting.Quote(rule.Rule.MessageExpression!)}";
            return null;
        }
        if (cost > _budget)
        {
            fatal = "messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run";
            return null;
        }
        _budget -= cost;
        var message = (result as string)?.Trim();
        return string.IsNullOrEmpty(message) || message.AsSpan().ContainsAny('\n', '\r')
            || Encoding.UTF8.GetByteCount(message) > MaxMessage
            ? null
            : message;
    }

    private void Add(CompiledRule rule, FieldError error, RuleCorrelation correlation)
    {
        if (!rule.UsesOldSelf && correlation.IsUnchanged)
            Warnings.Add(error.ToString());
        else
            Errors.Add(error);
    }

    /// <summary>Evaluations that fail show the type in place of the value.</summary>
    private static FieldError OfType(RuleNode node, string field, string detail) =>
        FieldError.Invalid(field, JsonValue.Create(node.Schema.Type ?? ""), detail);

    /// <summary>Simple values are shown, objects and lists are not.</summary>
    private static FieldError Failure(string? reason, string field, JsonNode value, string detail)
    {
        var isSimple = value is JsonValue;
        return reason switch
        {
            "FieldValueForbidden" => FieldError.Forbidden(field, detail),
            "FieldValueRequired" => FieldError.Required(field, detail),
            "FieldValueDuplicate" => isSimple
                ? FieldError.Duplicate(field, value)
                : new FieldError(FieldErrorType.Duplicate, field, "Duplicate value"),
            _ => isSimple
                ? FieldError.Invalid(field, value, detail)
                : new FieldError(FieldErrorType.Invalid, field, $"Invalid value: {detail}"),
        };
    }
}
