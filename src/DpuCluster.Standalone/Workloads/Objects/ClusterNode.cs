using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Standalone.Scheduling;

namespace DpuCluster.Standalone.Workloads;

/// <summary>A node, with what scheduling asks of it.</summary>
internal sealed record ClusterNode : KubernetesObject<ClusterNode>, IKubernetesObject<ClusterNode>
{
    public static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>();

    /// <inheritdoc/>
    public static ResourceType Resource { get; } = new("", "v1", "Node", "nodes", Namespaced: false);

    /// <inheritdoc/>
    public static JsonTypeInfo<ClusterNode> JsonType => WorkloadJsonContext.Default.ClusterNode;

    public ClusterNodeSpec? Spec { get; init; }

    public ClusterNodeStatus? Status { get; init; }
}

internal sealed record ClusterNodeSpec
{
    public IReadOnlyList<Taint>? Taints { get; init; }

    /// <summary>Set by <c>kubectl cordon</c>.</summary>
    public bool? Unschedulable { get; init; }

    /// <summary>The network that the addresses of the node's pods are from.</summary>
    public string? PodCIDR { get; init; }

    public IReadOnlyList<string>? PodCIDRs { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

internal sealed record ClusterNodeStatus
{
    public IReadOnlyDictionary<string, string>? Capacity { get; init; }

    public IReadOnlyDictionary<string, string>? Allocatable { get; init; }

    public IReadOnlyList<WorkloadCondition>? Conditions { get; init; }

    public IReadOnlyList<NodeAddress>? Addresses { get; init; }

    public IReadOnlyDictionary<string, string>? NodeInfo { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

internal sealed record NodeAddress
{
    public string? Type { get; init; }

    public string? Address { get; init; }
}
