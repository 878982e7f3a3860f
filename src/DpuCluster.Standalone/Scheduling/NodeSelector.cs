using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DpuCluster.Standalone.Scheduling;

/// <summary>Nodes that a pod must be on: those that any of the terms describes.</summary>
internal sealed record NodeSelector
{
    public IReadOnlyList<NodeSelectorTerm>? NodeSelectorTerms { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }

    public bool Matches(string nodeName, IReadOnlyDictionary<string, string> labels) =>
        NodeSelectorTerms?.Any(term => term.Matches(nodeName, labels)) is true;
}

/// <summary>Nodes for which every requirement holds. A term without requirements describes no node.</summary>
internal sealed record NodeSelectorTerm
{
    /// <summary>The one field of nodes that there is to select by.</summary>
    public const string NameField = "metadata.name";

    public IReadOnlyList<NodeSelectorRequirement>? MatchExpressions { get; init; }

    public IReadOnlyList<NodeSelectorRequirement>? MatchFields { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }

    public bool Matches(string nodeName, IReadOnlyDictionary<string, string> labels)
    {
        var (expressions, fields) = (MatchExpressions ?? [], MatchFields ?? []);
        return expressions.Count + fields.Count > 0
            && expressions.All(expression => expression.Holds(labels.GetValueOrDefault(expression.Key)))
            && fields.All(field => field.Key == NameField && field.Operator is "In" or "NotIn" && field.Holds(nodeName));
    }
}

/// <summary>What must hold for one label or field.</summary>
internal sealed record NodeSelectorRequirement
{
    public required string Key { get; init; }

    /// <summary><c>In</c>, <c>NotIn</c>, <c>Exists</c>, <c>DoesNotExist</c>, <c>Gt</c> or <c>Lt</c>.</summary>
    public required string Operator { get; init; }

    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>Whether it holds for a value; <see langword="null"/> stands for a label that is not there.</summary>
    public bool Holds(string? value) => Operator switch
    {
        "In" => value is not null && Values?.Contains(value) is true,
        "NotIn" => value is null || Values?.Contains(value) is not true,
        "Exists" => value is not null,
        "DoesNotExist" => value is null,
        "Gt" => Compare(value) > 0,
        "Lt" => Compare(value) < 0,
        // What no server lets in, no node can satisfy.
        _ => false,
    };

    /// <summary>How the label compares to the bound; null where one of the two is no whole number, or the bound is not one value.</summary>
    private int? Compare(string? value) =>
        Values is [var bound] && Number(value) is { } label && Number(bound) is { } limit ? label.CompareTo(limit) : null;

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
