using System.Text.Json;
using System.Text.Json.Serialization;
using DpuCluster.Api.Schema;

namespace DpuCluster.Api;

/// <summary>Which parts of the system are installed, and how.</summary>
[SchemaKeepsUnknownFields]
public sealed record DPFOperatorConfigSpec
{
    /// <summary>Departures from what is recommended.</summary>
    public OperatorOverrides? Overrides { get; init; }

    /// <summary>
    /// Names of the Secrets, in the same namespace, that images are pulled with. They must exist first: nothing is installed or changed
    /// before they do.
    /// </summary>
    public IReadOnlyList<string>? ImagePullSecrets { get; init; }

    /// <summary>The provisioning controller: installed unless it is disabled.</summary>
    public ProvisioningControllerConfig? ProvisioningController { get; init; }

    /// <summary>The cluster manager for DPUClusters of type kamaji: installed unless it is disabled.</summary>
    public ComponentConfig? KamajiClusterManager { get; init; }

    /// <summary>The cluster manager for DPUClusters of type static: installed where this is present, as {} at the least, and does not disable it.</summary>
    public ComponentConfig? StaticClusterManager { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>Departures from what is recommended.</summary>
[SchemaKeepsUnknownFields]
public sealed record OperatorOverrides
{
    /// <summary>Stops the operator: while this is true it installs, changes and removes nothing.</summary>
    public bool? Paused { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
