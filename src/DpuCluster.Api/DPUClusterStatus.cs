using System.Text.Json;
using System.Text.Json.Serialization;
using DpuCluster.Api.Schema;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Api;

/// <summary>What is the case with a DPU cluster.</summary>
public sealed record DPUClusterStatus
{
    /// <summary>
    /// Where the cluster is in its life: Pending, Creating, Ready, NotReady or Failed. Failed means that nothing helps
    /// until the spec is changed.
    /// </summary>
    [SchemaEnum(ClusterPhase.Pending, ClusterPhase.Creating, ClusterPhase.Ready, ClusterPhase.NotReady, ClusterPhase.Failed)]
    [SchemaDefault("\"Pending\"")]
    [SchemaRequired]
    public string? Phase { get; init; }

    /// <summary>Aspects of the state one by one, each with a reason for programs and a message for people.</summary>
    [SchemaListMap("type")]
    public IReadOnlyList<Condition>? Conditions { get; init; }

    /// <summary>The Kubernetes version that the control plane itself reports.</summary>
    public string? Version { get; init; }

    /// <summary>How many nodes have joined.</summary>
    [SchemaRange(0, int.MaxValue)]
    public int? NodesCount { get; init; }

    /// <summary>The generation of the object that this status speaks of.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>The values of <see cref="DPUClusterStatus.Phase"/>.</summary>
public static class ClusterPhase
{
    /// <summary>Nobody has looked at the cluster yet.</summary>
    public const string Pending = "Pending";

    /// <summary>A cluster manager is making, or adopting, the control plane.</summary>
    public const string Creating = "Creating";

    /// <summary>The control plane is healthy: DPUs can join.</summary>
    public const string Ready = "Ready";

    /// <summary>The control plane was healthy once and is not now.</summary>
    public const string NotReady = "NotReady";

    /// <summary>Nothing will help until the spec is changed.</summary>
    public const string Failed = "Failed";
}
