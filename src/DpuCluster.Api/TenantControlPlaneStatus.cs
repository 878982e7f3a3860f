using System.Text.Json;
using System.Text.Json.Serialization;
using DpuCluster.Api.Schema;

namespace DpuCluster.Api;

/// <summary>What is the case with a <see cref="TenantControlPlane"/>.</summary>
[SchemaKeepsUnknownFields]
public sealed record TenantControlPlaneStatus
{
    /// <summary>Address and port of the API server.</summary>
    public string? ControlPlaneEndpoint { get; init; }

    /// <summary>The objects that the control plane consists of.</summary>
    public TenantKubernetesStatus? KubernetesResources { get; init; }

    /// <summary>Where the kubeconfigs are.</summary>
    public TenantKubeconfigs? Kubeconfig { get; init; }

    /// <summary>Where the state is kept.</summary>
    public TenantStorage? Storage { get; init; }

    /// <summary>The generation that this status speaks of.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>The objects that a control plane consists of.</summary>
[SchemaKeepsUnknownFields]
public sealed record TenantKubernetesStatus
{
    /// <summary>Version and state.</summary>
    public TenantVersion? Version { get; init; }

    /// <summary>The pods.</summary>
    public TenantDeploymentStatus? Deployment { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>Version and state of a control plane.</summary>
[SchemaKeepsUnknownFields]
public sealed record TenantVersion
{
    /// <summary>Version that runs.</summary>
    public string? Version { get; init; }

    /// <summary>State of the control plane: see the constants of TenantState.</summary>
    [SchemaDefault("\"Provisioning\"")]
    public string? Status { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>The pods of a control plane.</summary>
[SchemaKeepsUnknownFields]
public sealed record TenantDeploymentStatus
{
    /// <summary>Name of the Deployment.</summary>
    public string? Name { get; init; }

    /// <summary>Namespace of the Deployment.</summary>
    public string? Namespace { get; init; }

    /// <summary>Labels of the pods.</summary>
    public string? Selector { get; init; }

    /// <summary>How many pods there are.</summary>
    public int? Replicas { get; init; }

    /// <summary>How many of them are ready.</summary>
    public int? ReadyReplicas { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>Where the kubeconfigs of a control plane are.</summary>
[SchemaKeepsUnknownFields]
public sealed record TenantKubeconfigs
{
    /// <summary>The administrator's.</summary>
    public TenantKubeconfig? Admin { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>Where a kubeconfig is.</summary>
[SchemaKeepsUnknownFields]
public sealed record TenantKubeconfig
{
    /// <summary>Secret that holds it.</summary>
    public string? SecretName { get; init; }

    /// <summary>When it was last written.</summary>
    public DateTimeOffset? LastUpdate { get; init; }

    /// <summary>Checksum of it.</summary>
    public string? Checksum { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>Where the state of a control plane is kept.</summary>
[SchemaKeepsUnknownFields]
public sealed record TenantStorage
{
    /// <summary>Name of the data store.</summary>
    public string? DataStoreName { get; init; }

    /// <summary>Kind of the data store.</summary>
    public string? Driver { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>States of a control plane in <see cref="TenantVersion.Status"/> that this project knows.</summary>
public static class TenantState
{
    /// <summary>Being made.</summary>
    public const string Provisioning = "Provisioning";

    /// <summary>On its way to another version; usable.</summary>
    public const string Upgrading = "Upgrading";

    /// <summary>Runs.</summary>
    public const string Ready = "Ready";

    /// <summary>Made, but its pods are not ready.</summary>
    public const string NotReady = "NotReady";
}
