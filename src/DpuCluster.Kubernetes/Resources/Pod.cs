using System.Text.Json;
using System.Text.Json.Serialization;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Kubernetes.Resources;

/// <summary>What pods are made from.</summary>
public sealed record PodTemplate
{
    /// <summary>Labels and annotations of the pods.</summary>
    public ObjectMeta? Metadata { get; init; }

    /// <summary>What is wanted of the pods.</summary>
    public PodSpec? Spec { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>What is wanted of a pod; the part in use.</summary>
public sealed record PodSpec
{
    /// <summary>Whether the pod is in the network of its node.</summary>
    public bool? HostNetwork { get; init; }

    /// <summary>Where names are resolved, such as <c>ClusterFirstWithHostNet</c>.</summary>
    public string? DnsPolicy { get; init; }

    /// <summary>Who the pod is to the API server; <c>default</c> where nobody says.</summary>
    public string? ServiceAccountName { get; init; }

    /// <summary>Secrets that images are pulled with, told apart by name.</summary>
    public IReadOnlyList<LocalObjectReference>? ImagePullSecrets { get; init; }

    /// <summary>Whether the pod gets credentials for the API server.</summary>
    public bool? AutomountServiceAccountToken { get; init; }

    /// <summary>Whether the pod gets the addresses of services as environment variables.</summary>
    public bool? EnableServiceLinks { get; init; }

    /// <summary>How long the pod is given to end, in seconds.</summary>
    public long? TerminationGracePeriodSeconds { get; init; }

    /// <summary>Labels that a node must have to run the pod; replaced as a whole.</summary>
    public IReadOnlyDictionary<string, string>? NodeSelector { get; init; }

    /// <summary>Further rules about nodes.</summary>
    public Affinity? Affinity { get; init; }

    /// <summary>Taints of nodes that the pod puts up with; replaced as a whole.</summary>
    public IReadOnlyList<Toleration>? Tolerations { get; init; }

    /// <summary>How pods are spread over nodes, told apart by topology key and what is done where they cannot be.</summary>
    public IReadOnlyList<TopologySpreadConstraint>? TopologySpreadConstraints { get; init; }

    /// <summary>Containers, told apart by name.</summary>
    public IReadOnlyList<Container>? Containers { get; init; }

    /// <summary>Volumes, told apart by name.</summary>
    public IReadOnlyList<Volume>? Volumes { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
