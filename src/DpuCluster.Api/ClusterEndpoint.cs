using System.Text.Json;
using System.Text.Json.Serialization;
using DpuCluster.Api.Schema;

namespace DpuCluster.Api;

/// <summary>How the control plane of a DPU cluster is reached.</summary>
public sealed record ClusterEndpoint
{
    /// <summary>A virtual IP address that keepalived holds on the control-plane nodes of the host cluster.</summary>
    public KeepalivedEndpoint? Keepalived { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>A virtual IP address that keepalived holds, with VRRP, on one of several nodes.</summary>
public sealed record KeepalivedEndpoint
{
    /// <summary>Network interface, on those nodes, that gets the address: 1 to 15 characters, as Linux allows.</summary>
    [SchemaLength(1, 15)]
    public required string Interface { get; init; }

    /// <summary>The virtual IP: an IPv4 or IPv6 address that nothing else on the network uses or hands out.</summary>
    public required string Vip { get; init; }

    /// <summary>VRRP's virtual_router_id, 1 to 255, unique on the network segment.</summary>
    [SchemaRange(1, 255)]
    [JsonPropertyName("virtualRouterID")]
    public required int VirtualRouterId { get; init; }

    /// <summary>Labels that a control-plane node must have to run an instance; empty: every control-plane node does.</summary>
    public IReadOnlyDictionary<string, string>? NodeSelector { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
