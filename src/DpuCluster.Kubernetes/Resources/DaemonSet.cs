using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Kubernetes.Resources;

/// <summary>A daemon set: one pod on each node that fits.</summary>
public sealed record DaemonSet : KubernetesObject<DaemonSet>, IKubernetesObject<DaemonSet>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } = new("apps", "v1", "DaemonSet", "daemonsets", Namespaced: true);

    /// <inheritdoc/>
    public static JsonTypeInfo<DaemonSet> JsonType => KubernetesJsonContext.Default.DaemonSet;

    /// <summary>What is wanted.</summary>
    public DaemonSetSpec? Spec { get; init; }

    /// <summary>What is the case.</summary>
    public DaemonSetStatus? Status { get; init; }
}

/// <summary>What is wanted of a <see cref="DaemonSet"/>.</summary>
public sealed record DaemonSetSpec
{
    /// <summary>Which pods are its own; cannot be changed.</summary>
    public LabelSelector? Selector { get; init; }

    /// <summary>What each pod is made from.</summary>
    public PodTemplate? Template { get; init; }

    /// <summary>How pods are replaced when the template changes.</summary>
    public DaemonSetUpdateStrategy? UpdateStrategy { get; init; }

    /// <summary>How long a new pod must be ready before it counts as available, in seconds.</summary>
    public int? MinReadySeconds { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>How the pods of a <see cref="DaemonSet"/> are replaced.</summary>
public sealed record DaemonSetUpdateStrategy
{
    /// <summary><c>RollingUpdate</c> or <c>OnDelete</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Pace of a rolling update.</summary>
    public RollingUpdateDaemonSet? RollingUpdate { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>Pace of the rolling update of a <see cref="DaemonSet"/>.</summary>
public sealed record RollingUpdateDaemonSet
{
    /// <summary>How many pods may be away at a time, as number or percentage.</summary>
    public IntOrString? MaxUnavailable { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>What is the case with a <see cref="DaemonSet"/>.</summary>
public sealed record DaemonSetStatus
{
    /// <summary>The generation that this status speaks of.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>How many nodes should run a pod.</summary>
    public int? DesiredNumberScheduled { get; init; }

    /// <summary>How many of these nodes run at least one.</summary>
    public int? CurrentNumberScheduled { get; init; }

    /// <summary>How many of these nodes run one of the present template.</summary>
    public int? UpdatedNumberScheduled { get; init; }

    /// <summary>How many of these nodes run one that is ready.</summary>
    public int? NumberReady { get; init; }

    /// <summary>How many of these nodes run one that is available.</summary>
    public int? NumberAvailable { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
