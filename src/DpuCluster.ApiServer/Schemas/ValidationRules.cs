using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Cel;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>
/// The rules of <c>x-kubernetes-validations</c> of a schema, compiled. Safe for use by many threads.
/// </summary>
internal sealed class ValidationRules
{
    /// <summary>What one evaluation may cost, in the units of Kubernetes.</summary>
    public const long PerCallLimit = 1_000_000;

    /// <summary>What all evaluations for one object may cost.</summary>
    public const long PerObjectLimit = 10_000_000;

    private static readonly ConditionalWeakTable<Schema, ValidationRules> Compiled = [];

    private readonly RuleNode? _root;

    private ValidationRules(Schema schema) => _root = RuleNode.Compile(schema);

    /// <summary>The rules of a custom resource's schema; they are compiled once.</summary>
    public static ValidationRules For(Schema schema) => Compiled.GetValue(schema, static s => new ValidationRules(s));

    /// <summary>Whether there are rules at all.</summary>
    public bool Any => _root is not null;

    /// <summary>
    /// Evaluates the rules for an object whose structure has been found valid.
    /// </summary>
    /// <param name="value">The object.</param>
    /// <param name="old">What it was before; null when it is created.</param>
    /// <returns>The rules that do not hold, and those that do not hold for parts that the update leaves as they were.</returns>
    public RuleResult Validate(JsonNode? value, JsonNode? old)
    {
        var evaluation = new RuleEvaluation();
        if (_root is not null)
            evaluation.Visit(_root, "", value, old, RuleCorrelation.Root(value, old));
        return new RuleResult(evaluation.Errors, evaluation.Warnings);
    }
}

/// <summary>What evaluating the rules of an object found.</summary>
/// <param name="Errors">Rules that do not hold.</param>
/// <param name="Warnings">Texts for the client about rules that do not hold for what an update leaves as it was.</param>
internal sealed record RuleResult(IReadOnlyList<FieldError> Errors, IReadOnlyList<string> Warnings);

/// <summary>The rules of one schema and of those within it; only schemas with rules have a node.</summary>
internal sealed class RuleNode
{
    private RuleNode(Schema schema, bool isResource)
    {
        Schema = schema;
        IsResource = isResource;
    }

    public Schema Schema { get; }

    public bool IsResource { get; }

    public CompiledRule[] Rules { get; private init; } = [];

    public IReadOnlyDictionary<string, RuleNode>? Properties { get; private init; }

    public RuleNode? AdditionalProperties { get; private init; }

    public RuleNode? Items { get; private init; }

    public RuleNode[] AllOf { get; private init; } = [];

    /// <summary>Compiles the rules of a resource's schema; null when it has none.</summary>
    public static RuleNode? Compile(Schema schema) =>
        HasRules(schema) ? Compile(schema, schema, isResource: true, new SchemaTypes()) : null;

    /// <param name="rules">Where the rules stand: the schema itself, or a part of its <c>allOf</c>.</param>
    /// <param name="schema">What the values are.</param>
    /// <param name="isResource">Whether they are resources.</param>
    /// <param name="types">Types made so far.</param>
    private static RuleNode? Compile(Schema rules, Schema schema, bool isResource, SchemaTypes types)
    {
        if (!HasRules(rules) || types.Of(schema, isResource) is not { } type)
            return null;
        return new RuleNode(schema, isResource)
        {
            Rules = [.. rules.Validations.Select(rule => CompiledRule.Compile(rule, type))],
            Properties = CompileProperties(rules, schema, types),
            AdditionalProperties = rules.AdditionalProperties is { } valueRules && schema.AdditionalProperties is { } values
                ? Compile(valueRules, values, values.EmbeddedResource, types)
                : null,
            Items = rules.Items is { } itemRules && schema.Items is { } items
                ? Compile(itemRules, items, items.EmbeddedResource, types)
                : null,
            AllOf = [.. rules.AllOf.Select(part => Compile(part, schema, isResource, types)).OfType<RuleNode>()],
        };
    }

    private static Dictionary<string, RuleNode> CompileProperties(Schema rules, Schema schema, SchemaTypes types)
    {
        var nodes = new Dictionary<string, RuleNode>(StringComparer.Ordinal);
        foreach (var (name, propertyRules) in rules.Properties)
        {
            if (schema.Properties.TryGetValue(name, out var property)
                && Compile(propertyRules, property, property.EmbeddedResource, types) is { } node)
                nodes[name] = node;
        }
        return nodes;
    }

    public static bool HasRules(Schema schema) =>
        schema.Validations.Count > 0
        || schema.Properties.Values.Any(HasRules)
        || (schema.Items is not null && HasRules(schema.Items))
        || (schema.AdditionalProperties is not null && HasRules(schema.AdditionalProperties))
        || schema.AllOf.Any(HasRules);
}
