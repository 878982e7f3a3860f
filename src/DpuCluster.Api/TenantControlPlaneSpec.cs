using System.Text.Json;
using System.Text.Json.Serialization;
using DpuCluster.Api.Schema;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Api;

/// <summary>What is wanted of a <see cref="TenantControlPlane"/>.</summary>
[SchemaKeepsUnknownFields]
public sealed record TenantControlPlaneSpec
{
    /// <summary>Data store that keeps the state; empty for Kamaji's default.</summary>
    public string? DataStore { get; init; }

    /// <summary>The pods of the control plane and the service in front of them.</summary>
    [SchemaRequired]
    public TenantComponents? ControlPlane { get; init; }

    /// <summary>The Kubernetes to run.</summary>
    [SchemaRequired]
    public TenantKubernetes? Kubernetes { get; init; }

    /// <summary>Where the API server is reached.</summary>
    public TenantNetworkProfile? NetworkProfile { get; init; }

    /// <summary>What is installed in the cluster from the start.</summary>
    public TenantAddons? Addons { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>The pods of a control plane and the service in front of them.</summary>
[SchemaKeepsUnknownFields]
public sealed record TenantComponents
{
    /// <summary>The pods.</summary>
    public TenantDeployment? Deployment { get; init; }

    /// <summary>The service in front of the API server.</summary>
    [SchemaRequired]
    public TenantService? Service { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>The pods of a control plane.</summary>
[SchemaKeepsUnknownFields]
public sealed record TenantDeployment
{
    /// <summary>How many pods run.</summary>
    [SchemaDefault("2")]
    public int? Replicas { get; init; }

    /// <summary>On which nodes of the host cluster they run.</summary>
    public Affinity? Affinity { get; init; }

    /// <summary>Taints of those nodes that they put up with.</summary>
    public IReadOnlyList<Toleration>? Tolerations { get; init; }

    /// <summary>What the containers need.</summary>
    public TenantResources? Resources { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>What the containers of a control plane need.</summary>
[SchemaKeepsUnknownFields]
public sealed record TenantResources
{
    /// <summary>The API server.</summary>
    public ResourceRequirements? ApiServer { get; init; }

    /// <summary>The controller manager.</summary>
    public ResourceRequirements? ControllerManager { get; init; }

    /// <summary>The scheduler.</summary>
    public ResourceRequirements? Scheduler { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>The service in front of an API server.</summary>
[SchemaKeepsUnknownFields]
public sealed record TenantService
{
    /// <summary>How the service is exposed.</summary>
    [SchemaEnum("ClusterIP", "NodePort", "LoadBalancer")]
    [SchemaRequired]
    public string? ServiceType { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>The Kubernetes that a control plane runs.</summary>
[SchemaKeepsUnknownFields]
public sealed record TenantKubernetes
{
    /// <summary>Version, such as v1.30.2.</summary>
    [SchemaRequired]
    public string? Version { get; init; }

    /// <summary>Settings for the kubelets of the nodes that join.</summary>
    [SchemaRequired]
    public TenantKubelet? Kubelet { get; init; }

    /// <summary>Admission controllers that the API server runs.</summary>
    public IReadOnlyList<string>? AdmissionControllers { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>Settings for the kubelets of the nodes that join.</summary>
[SchemaKeepsUnknownFields]
public sealed record TenantKubelet
{
    /// <summary>Which driver manages control groups.</summary>
    [SchemaEnum("systemd", "cgroupfs")]
    public string? Cgroupfs { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>Where an API server is reached.</summary>
[SchemaKeepsUnknownFields]
public sealed record TenantNetworkProfile
{
    /// <summary>Address; required for services of type NodePort.</summary>
    public string? Address { get; init; }

    /// <summary>Port; with services of type NodePort also the port on the nodes.</summary>
    [SchemaDefault("6443")]
    public int? Port { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>What is installed in a cluster from the start; a section that is there, even empty, switches it on.</summary>
[SchemaKeepsUnknownFields]
public sealed record TenantAddons
{
    /// <summary>Name resolution.</summary>
    [JsonPropertyName("coreDNS")]
    public TenantAddon? CoreDns { get; init; }

    /// <summary>Service addresses.</summary>
    public TenantAddon? KubeProxy { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>An addon, from the image that belongs to the version where none is named.</summary>
[SchemaKeepsUnknownFields]
public sealed record TenantAddon
{
    /// <summary>Where the image comes from.</summary>
    public string? ImageRepository { get; init; }

    /// <summary>Tag of the image.</summary>
    public string? ImageTag { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
