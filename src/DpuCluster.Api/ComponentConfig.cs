using System.Text.Json;
using System.Text.Json.Serialization;
using DpuCluster.Api.Schema;

namespace DpuCluster.Api;

/// <summary>How one part of the system is installed.</summary>
[SchemaKeepsUnknownFields]
public sealed record ComponentConfig
{
    /// <summary>Whether the part is not installed, or removed where it is.</summary>
    public bool? Disable { get; init; }

    /// <summary>Image to run instead of the operator's own.</summary>
    [SchemaPattern(@"^\S+$")]
    public string? Image { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>How the provisioning controller is installed.</summary>
[SchemaKeepsUnknownFields]
public sealed record ProvisioningControllerConfig
{
    /// <summary>Whether the controller is not installed, or removed where it is.</summary>
    public bool? Disable { get; init; }

    /// <summary>Image to run instead of the operator's own.</summary>
    [SchemaPattern(@"^\S+$")]
    public string? Image { get; init; }

    /// <summary>
    /// Name of the PersistentVolumeClaim for the boot images of DPUs. The reference implementation needs it; this one, which boots no DPUs,
    /// keeps it.
    /// </summary>
    [SchemaLength(1, int.MaxValue)]
    [JsonPropertyName("bfbPVCName")]
    public string? BfbPersistentVolumeClaim { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
