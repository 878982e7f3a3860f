using System.Text.Json;
using System.Text.Json.Serialization;

namespace DpuCluster.Kubernetes.Meta;

/// <summary>What the type of a kind needs not say itself: a sealed record that derives from it adds only the kind's own fields.</summary>
/// <typeparam name="TSelf">The deriving type.</typeparam>
public abstract record KubernetesObject<TSelf> : IKubernetesObject
    where TSelf : KubernetesObject<TSelf>, IKubernetesObject<TSelf>
{
    // Fields of a base type are written last unless told otherwise; people expect these first.

    /// <inheritdoc/>
    [JsonPropertyOrder(-3)]
    public string? ApiVersion { get => field ?? TSelf.Resource.ApiVersion; init; }

    /// <inheritdoc/>
    [JsonPropertyOrder(-2)]
    public string? Kind { get => field ?? TSelf.Resource.Kind; init; }

    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public ObjectMeta Metadata { get => field ?? ObjectMeta.Empty; init; }

    /// <summary>Fields that the type does not name, so that a read-modify-write loses nothing.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }

    /// <inheritdoc cref="IKubernetesObject{TSelf}.WithMetadata"/>
    public TSelf WithMetadata(ObjectMeta metadata) => (TSelf)(this with { Metadata = metadata });
}
