using System.Text.Json.Serialization.Metadata;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Kubernetes.Resources;

/// <summary>A namespace.</summary>
public sealed record Namespace : KubernetesObject<Namespace>, IKubernetesObject<Namespace>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } = new("", "v1", "Namespace", "namespaces", Namespaced: false);

    /// <inheritdoc/>
    public static JsonTypeInfo<Namespace> JsonType => KubernetesJsonContext.Default.Namespace;
}
