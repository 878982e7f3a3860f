using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Standalone.Workloads;

/// <summary>Wants a number of pods of one template.</summary>
internal sealed record ReplicaSet : KubernetesObject<ReplicaSet>, IKubernetesObject<ReplicaSet>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } = new("apps", "v1", "ReplicaSet", "replicasets", Namespaced: true);

    /// <inheritdoc/>
    public static JsonTypeInfo<ReplicaSet> JsonType => WorkloadJsonContext.Default.ReplicaSet;

    public ReplicaSetSpec? Spec { get; init; }

    public ReplicaSetStatus? Status { get; init; }
}

internal sealed record ReplicaSetSpec
{
    public int? Replicas { get; init; }

    public JsonNode? Selector { get; init; }

    public PodTemplate? Template { get; init; }

    public int? MinReadySeconds { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

internal sealed record ReplicaSetStatus
{
    public int Replicas { get; init; }

    public int? FullyLabeledReplicas { get; init; }

    public int? ReadyReplicas { get; init; }

    public int? AvailableReplicas { get; init; }

    public long? ObservedGeneration { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
