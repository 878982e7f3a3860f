using System.Text.Json;
using System.Text.Json.Serialization;

namespace DpuCluster.Kubernetes.Resources;

/// <summary>Rules about the nodes that a pod may be put on.</summary>
public sealed record Affinity
{
    /// <summary>Rules about labels of nodes.</summary>
    public NodeAffinity? NodeAffinity { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>Rules about labels of nodes.</summary>
public sealed record NodeAffinity
{
    /// <summary>Without these no pod is put on a node.</summary>
    public NodeSelector? RequiredDuringSchedulingIgnoredDuringExecution { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>Terms of which one must hold.</summary>
public sealed record NodeSelector
{
    /// <summary>The terms; replaced as a whole.</summary>
    public IReadOnlyList<NodeSelectorTerm>? NodeSelectorTerms { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>Requirements that must all hold.</summary>
public sealed record NodeSelectorTerm
{
    /// <summary>The requirements.</summary>
    public IReadOnlyList<NodeSelectorRequirement>? MatchExpressions { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>A requirement about one label.</summary>
public sealed record NodeSelectorRequirement
{
    /// <summary>The label.</summary>
    public string? Key { get; init; }

    /// <summary><c>In</c>, <c>NotIn</c>, <c>Exists</c>, <c>DoesNotExist</c>, <c>Gt</c> or <c>Lt</c>.</summary>
    public string? Operator { get; init; }

    /// <summary>What the label is compared with.</summary>
    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>A taint that a pod puts up with.</summary>
public sealed record Toleration
{
    /// <summary>Key of the taint; absent: every one.</summary>
    public string? Key { get; init; }

    /// <summary><c>Exists</c> or <c>Equal</c>.</summary>
    public string? Operator { get; init; }

    /// <summary>Value of the taint.</summary>
    public string? Value { get; init; }

    /// <summary><c>NoSchedule</c>, <c>PreferNoSchedule</c> or <c>NoExecute</c>; absent: all.</summary>
    public string? Effect { get; init; }

    /// <summary>For how long, in seconds; absent: for ever.</summary>
    public long? TolerationSeconds { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>How pods are spread over nodes.</summary>
public sealed record TopologySpreadConstraint
{
    /// <summary>By how many pods two parts of the topology may differ.</summary>
    public int? MaxSkew { get; init; }

    /// <summary>Label of nodes that makes the parts, such as <c>kubernetes.io/hostname</c>.</summary>
    public string? TopologyKey { get; init; }

    /// <summary><c>DoNotSchedule</c> or <c>ScheduleAnyway</c>.</summary>
    public string? WhenUnsatisfiable { get; init; }

    /// <summary>Which pods are counted.</summary>
    public LabelSelector? LabelSelector { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
