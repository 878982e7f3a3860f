using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Standalone.Workloads;

/// <summary>Wants a number of pods, and replaces them step by step when their template changes.</summary>
internal sealed record Deployment : KubernetesObject<Deployment>, IKubernetesObject<Deployment>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } = new("apps", "v1", "Deployment", "deployments", Namespaced: true);

    /// <inheritdoc/>
    public static JsonTypeInfo<Deployment> JsonType => WorkloadJsonContext.Default.Deployment;

    public DeploymentSpec? Spec { get; init; }

    public DeploymentStatus? Status { get; init; }
}

internal sealed record DeploymentSpec
{
    public int? Replicas { get; init; }

    public JsonNode? Selector { get; init; }

    public PodTemplate? Template { get; init; }

    public UpdateStrategy? Strategy { get; init; }

    public int? MinReadySeconds { get; init; }

    public int? RevisionHistoryLimit { get; init; }

    public int? ProgressDeadlineSeconds { get; init; }

    public bool? Paused { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

internal sealed record DeploymentStatus
{
    public long? ObservedGeneration { get; init; }

    public int? Replicas { get; init; }

    public int? UpdatedReplicas { get; init; }

    public int? ReadyReplicas { get; init; }

    public int? AvailableReplicas { get; init; }

    public int? UnavailableReplicas { get; init; }

    public IReadOnlyList<WorkloadCondition>? Conditions { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
