using System.Text.Json.Serialization.Metadata;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Kubernetes.Resources;

/// <summary>A node: a machine that has joined the cluster.</summary>
public sealed record Node : KubernetesObject<Node>, IKubernetesObject<Node>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } = new("", "v1", "Node", "nodes", Namespaced: false);

    /// <inheritdoc/>
    public static JsonTypeInfo<Node> JsonType => KubernetesJsonContext.Default.Node;
}
