using System.Text.Json.Serialization.Metadata;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Kubernetes.Resources;

/// <summary>A secret: small pieces of confidential data.</summary>
public sealed record Secret : KubernetesObject<Secret>, IKubernetesObject<Secret>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } = new("", "v1", "Secret", "secrets", Namespaced: true);

    /// <inheritdoc/>
    public static JsonTypeInfo<Secret> JsonType => KubernetesJsonContext.Default.Secret;

    /// <summary>What the secret is for; <c>Opaque</c> where nobody says.</summary>
    public string? Type { get; init; }

    /// <summary>The data; JSON carries it in base64.</summary>
    public IReadOnlyDictionary<string, byte[]>? Data { get; init; }

    /// <summary>Whether the data can never be changed.</summary>
    public bool? Immutable { get; init; }
}
