using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Kubernetes.Resources;

/// <summary>A service: one address for what a selector finds.</summary>
public sealed record Service : KubernetesObject<Service>, IKubernetesObject<Service>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } = new("", "v1", "Service", "services", Namespaced: true);

    /// <inheritdoc/>
    public static JsonTypeInfo<Service> JsonType => KubernetesJsonContext.Default.Service;

    /// <summary>What is wanted.</summary>
    public ServiceSpec? Spec { get; init; }
}

/// <summary>What is wanted of a <see cref="Service"/>.</summary>
public sealed record ServiceSpec
{
    /// <summary><c>ClusterIP</c>, <c>NodePort</c>, <c>LoadBalancer</c> or <c>ExternalName</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Labels of the pods behind the service; replaced as a whole.</summary>
    public IReadOnlyDictionary<string, string>? Selector { get; init; }

    /// <summary>What the service listens on; told apart by port and protocol.</summary>
    public IReadOnlyList<ServicePort>? Ports { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>One port of a <see cref="Service"/>.</summary>
public sealed record ServicePort
{
    /// <summary>Name, unique in the service.</summary>
    public string? Name { get; init; }

    /// <summary><c>TCP</c>, <c>UDP</c> or <c>SCTP</c>.</summary>
    public string? Protocol { get; init; }

    /// <summary>Port of the service itself, 1 to 65535.</summary>
    public int? Port { get; init; }

    /// <summary>Port of the pods; by default the same as <see cref="Port"/>.</summary>
    public IntOrString? TargetPort { get; init; }

    /// <summary>Port on every node; the server chooses one where nobody does.</summary>
    public int? NodePort { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
