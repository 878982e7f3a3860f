using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Kubernetes.Resources;

/// <summary>
/// An object of a kind that has no type here, with everything but its metadata as JSON. Where it is served is said when
/// a client for it is asked for: see <c>KubernetesClient.Unstructured</c>.
/// </summary>
public sealed record Unstructured : IKubernetesObject<Unstructured>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } = new("", "", "", "", Namespaced: true);

    /// <inheritdoc/>
    public static JsonTypeInfo<Unstructured> JsonType => KubernetesJsonContext.Default.Unstructured;

    /// <inheritdoc/>
    public string? ApiVersion { get; init; }

    /// <inheritdoc/>
    public string? Kind { get; init; }

    /// <inheritdoc/>
    public ObjectMeta Metadata { get => field ?? ObjectMeta.Empty; init; }

    /// <summary>Every other field: <c>spec</c>, <c>status</c>, <c>data</c> and so on.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Fields { get; set; }

    /// <inheritdoc/>
    public Unstructured WithMetadata(ObjectMeta metadata) => this with { Metadata = metadata };
}
