using System.Text.Json.Serialization.Metadata;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Kubernetes.Resources;

/// <summary>A config map: small pieces of configuration.</summary>
public sealed record ConfigMap : KubernetesObject<ConfigMap>, IKubernetesObject<ConfigMap>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } = new("", "v1", "ConfigMap", "configmaps", Namespaced: true);

    /// <inheritdoc/>
    public static JsonTypeInfo<ConfigMap> JsonType => KubernetesJsonContext.Default.ConfigMap;

    /// <summary>The data as text.</summary>
    public IReadOnlyDictionary<string, string>? Data { get; init; }
}
