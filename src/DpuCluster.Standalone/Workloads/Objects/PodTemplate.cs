using System.Text.Json;
using System.Text.Json.Serialization;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Standalone.Workloads;

/// <summary>What the pods of a workload look like.</summary>
internal sealed record PodTemplate
{
    public ObjectMeta? Metadata { get; init; }

    public PodSpec? Spec { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>How a workload goes from one template to the next.</summary>
internal sealed record UpdateStrategy
{
    /// <summary><c>RollingUpdate</c>; daemon sets: or <c>OnDelete</c>; deployments: or <c>Recreate</c>.</summary>
    public string? Type { get; init; }

    public RollingUpdate? RollingUpdate { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>The bounds of a rolling update, in numbers or in per cent of the pods wanted.</summary>
internal sealed record RollingUpdate
{
    public JsonElement? MaxUnavailable { get; init; }

    public JsonElement? MaxSurge { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
