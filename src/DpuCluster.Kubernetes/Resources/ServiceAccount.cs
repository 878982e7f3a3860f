using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Kubernetes.Resources;

/// <summary>A service account: who a pod is to the API server.</summary>
public sealed record ServiceAccount : KubernetesObject<ServiceAccount>, IKubernetesObject<ServiceAccount>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } = new("", "v1", "ServiceAccount", "serviceaccounts", Namespaced: true);

    /// <inheritdoc/>
    public static JsonTypeInfo<ServiceAccount> JsonType => KubernetesJsonContext.Default.ServiceAccount;

    /// <summary>Secrets that images are pulled with, for pods that name none themselves.</summary>
    public IReadOnlyList<LocalObjectReference>? ImagePullSecrets { get; init; }
}

/// <summary>An object in the same namespace.</summary>
public sealed record LocalObjectReference
{
    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
