using System.Text.Json.Serialization.Metadata;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Kubernetes.Resources;

/// <summary>
/// Only the metadata of an object of any kind: what a client asks for when it must know that a Secret changed without
/// holding its contents; therefore it keeps no fields that it does not name. Served for every resource; <see cref="Resource"/> only says how the representation is called.
/// </summary>
public sealed record PartialObjectMetadata : IKubernetesObject<PartialObjectMetadata>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } = new("meta.k8s.io", "v1", "PartialObjectMetadata", "", Namespaced: true);

    /// <inheritdoc/>
    public static JsonTypeInfo<PartialObjectMetadata> JsonType => KubernetesJsonContext.Default.PartialObjectMetadata;

    /// <inheritdoc/>
    public string? ApiVersion { get => field ?? Resource.ApiVersion; init; }

    /// <inheritdoc/>
    public string? Kind { get => field ?? Resource.Kind; init; }

    /// <inheritdoc/>
    public ObjectMeta Metadata { get => field ?? ObjectMeta.Empty; init; }

    /// <inheritdoc/>
    public PartialObjectMetadata WithMetadata(ObjectMeta metadata) => this with { Metadata = metadata };
}
