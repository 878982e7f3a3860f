using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Standalone.Scheduling;

namespace DpuCluster.Standalone.Workloads;

/// <summary>A pod.</summary>
internal sealed record Pod : KubernetesObject<Pod>, IKubernetesObject<Pod>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } = new("", "v1", "Pod", "pods", Namespaced: true);

    /// <inheritdoc/>
    public static JsonTypeInfo<Pod> JsonType => WorkloadJsonContext.Default.Pod;

    public PodSpec? Spec { get; init; }

    public PodStatus? Status { get; init; }
}

/// <summary>What of a pod's specification is looked at here; the rest is kept.</summary>
internal sealed record PodSpec
{
    public string? NodeName { get; init; }

    public IReadOnlyDictionary<string, string>? NodeSelector { get; init; }

    public Affinity? Affinity { get; init; }

    public IReadOnlyList<Toleration>? Tolerations { get; init; }

    public bool? HostNetwork { get; init; }

    public string? SchedulerName { get; init; }

    public IReadOnlyList<PodContainer>? Containers { get; init; }

    public IReadOnlyList<PodContainer>? InitContainers { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>What of a container is looked at here; the rest is kept.</summary>
internal sealed record PodContainer
{
    public string? Name { get; init; }

    public string? Image { get; init; }

    /// <summary><c>Always</c> for an init container that goes on running beside the others.</summary>
    public string? RestartPolicy { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>How a pod does.</summary>
internal sealed record PodStatus
{
    public string? Phase { get; init; }

    public string? Message { get; init; }

    public IReadOnlyList<WorkloadCondition>? Conditions { get; init; }

    public string? HostIP { get; init; }

    public IReadOnlyList<PodAddress>? HostIPs { get; init; }

    public string? PodIP { get; init; }

    public IReadOnlyList<PodAddress>? PodIPs { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public IReadOnlyList<PodContainerStatus>? InitContainerStatuses { get; init; }

    public IReadOnlyList<PodContainerStatus>? ContainerStatuses { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

internal sealed record PodAddress
{
    public string? Ip { get; init; }
}

/// <summary>How one container of a pod does.</summary>
internal sealed record PodContainerStatus
{
    public string? Name { get; init; }

    public string? Image { get; init; }

    public string ImageID { get; init; } = "";

    public string? ContainerID { get; init; }

    public bool Ready { get; init; }

    public bool? Started { get; init; }

    public int RestartCount { get; init; }

    public ContainerState? State { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>What a container does: one of these.</summary>
internal sealed record ContainerState
{
    public ContainerWaiting? Waiting { get; init; }

    public ContainerRunning? Running { get; init; }

    public ContainerTerminated? Terminated { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

internal sealed record ContainerWaiting
{
    public string? Reason { get; init; }

    public string? Message { get; init; }
}

internal sealed record ContainerRunning
{
    public DateTimeOffset? StartedAt { get; init; }
}

internal sealed record ContainerTerminated
{
    public int ExitCode { get; init; }

    public string? Reason { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
