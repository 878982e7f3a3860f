using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Standalone.Workloads;

/// <summary>Wants one pod on every node that its template can be on.</summary>
internal sealed record DaemonSet : KubernetesObject<DaemonSet>, IKubernetesObject<DaemonSet>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } = new("apps", "v1", "DaemonSet", "daemonsets", Namespaced: true);

    /// <inheritdoc/>
    public static JsonTypeInfo<DaemonSet> JsonType => WorkloadJsonContext.Default.DaemonSet;

    public DaemonSetSpec? Spec { get; init; }

    public DaemonSetStatus? Status { get; init; }
}

internal sealed record DaemonSetSpec
{
    public PodTemplate? Template { get; init; }

    public UpdateStrategy? UpdateStrategy { get; init; }

    /// <summary>For how many seconds a pod must be ready before it counts as available.</summary>
    public int? MinReadySeconds { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

internal sealed record DaemonSetStatus
{
    /// <summary>Nodes that should have a pod and have one.</summary>
    public int CurrentNumberScheduled { get; init; }

    /// <summary>Nodes that should have none and have one.</summary>
    public int NumberMisscheduled { get; init; }

    /// <summary>Nodes that should have a pod.</summary>
    public int DesiredNumberScheduled { get; init; }

    public int NumberReady { get; init; }

    public long? ObservedGeneration { get; init; }

    /// <summary>Nodes whose pod is of the newest template.</summary>
    public int? UpdatedNumberScheduled { get; init; }

    public int? NumberAvailable { get; init; }

    public int? NumberUnavailable { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
