using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Kubernetes.Resources;

/// <summary>A lease: who may act, until when. Used for leader election.</summary>
public sealed record Lease : KubernetesObject<Lease>, IKubernetesObject<Lease>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } = new("coordination.k8s.io", "v1", "Lease", "leases", Namespaced: true);

    /// <inheritdoc/>
    public static JsonTypeInfo<Lease> JsonType => KubernetesJsonContext.Default.Lease;

    /// <summary>Holder and times.</summary>
    public LeaseSpec? Spec { get; init; }
}

/// <summary>Holder and times of a <see cref="Lease"/>.</summary>
public sealed record LeaseSpec
{
    /// <summary>Who holds the lease; empty when it was given back.</summary>
    public string? HolderIdentity { get; init; }

    /// <summary>How long after <see cref="RenewTime"/> others must wait before they take the lease, in seconds.</summary>
    public int? LeaseDurationSeconds { get; init; }

    /// <summary>When the present holder took the lease.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? AcquireTime { get; init; }

    /// <summary>When the holder last said that it is alive.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? RenewTime { get; init; }

    /// <summary>How often the lease went from one holder to another.</summary>
    public int? LeaseTransitions { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
