using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Kubernetes.Resources;

/// <summary>A deployment: a number of equal pods, replaced step by step when their template changes.</summary>
public sealed record Deployment : KubernetesObject<Deployment>, IKubernetesObject<Deployment>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } = new("apps", "v1", "Deployment", "deployments", Namespaced: true);

    /// <inheritdoc/>
    public static JsonTypeInfo<Deployment> JsonType => KubernetesJsonContext.Default.Deployment;

    /// <summary>What is wanted.</summary>
    public DeploymentSpec? Spec { get; init; }

    /// <summary>What is the case.</summary>
    public DeploymentStatus? Status { get; init; }
}

/// <summary>What is wanted of a <see cref="Deployment"/>.</summary>
public sealed record DeploymentSpec
{
    /// <summary>How many pods; 1 where nobody says.</summary>
    public int? Replicas { get; init; }

    /// <summary>Which pods are its own; cannot be changed.</summary>
    public LabelSelector? Selector { get; init; }

    /// <summary>What each pod is made from.</summary>
    public PodTemplate? Template { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>What is the case with a <see cref="Deployment"/>.</summary>
public sealed record DeploymentStatus
{
    /// <summary>The generation that this status speaks of.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>How many pods there are; absent for none.</summary>
    public int? Replicas { get; init; }

    /// <summary>How many of them are of the present template; absent for none.</summary>
    public int? UpdatedReplicas { get; init; }

    /// <summary>How many of them are available; absent for none.</summary>
    public int? AvailableReplicas { get; init; }

    /// <summary>Aspects of the state one by one; of each at least type and status.</summary>
    public IReadOnlyList<DeploymentCondition>? Conditions { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>One aspect of the state of a <see cref="Deployment"/>: without the strict rules of <see cref="Condition"/>.</summary>
public sealed record DeploymentCondition
{
    /// <summary><c>Available</c>, <c>Progressing</c> or <c>ReplicaFailure</c>.</summary>
    public string? Type { get; init; }

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public string? Status { get; init; }

    /// <summary>Why, for programs.</summary>
    public string? Reason { get; init; }

    /// <summary>Why, for people.</summary>
    public string? Message { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
