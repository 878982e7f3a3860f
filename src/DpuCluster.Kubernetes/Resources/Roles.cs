using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Kubernetes.Resources;

/// <summary>Rules that hold in the whole cluster.</summary>
public sealed record ClusterRole : KubernetesObject<ClusterRole>, IKubernetesObject<ClusterRole>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } = new("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", Namespaced: false);

    /// <inheritdoc/>
    public static JsonTypeInfo<ClusterRole> JsonType => KubernetesJsonContext.Default.ClusterRole;

    /// <summary>The rules; what none of them allows is not allowed.</summary>
    public IReadOnlyList<PolicyRule>? Rules { get; init; }
}

/// <summary>Rules that hold in one namespace.</summary>
public sealed record Role : KubernetesObject<Role>, IKubernetesObject<Role>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } = new("rbac.authorization.k8s.io", "v1", "Role", "roles", Namespaced: true);

    /// <inheritdoc/>
    public static JsonTypeInfo<Role> JsonType => KubernetesJsonContext.Default.Role;

    /// <summary>The rules; what none of them allows is not allowed.</summary>
    public IReadOnlyList<PolicyRule>? Rules { get; init; }
}

/// <summary>Gives a role to somebody, in the whole cluster.</summary>
public sealed record ClusterRoleBinding : KubernetesObject<ClusterRoleBinding>, IKubernetesObject<ClusterRoleBinding>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } = new("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", Namespaced: false);

    /// <inheritdoc/>
    public static JsonTypeInfo<ClusterRoleBinding> JsonType => KubernetesJsonContext.Default.ClusterRoleBinding;

    /// <summary>The role; cannot be changed.</summary>
    public RoleReference? RoleRef { get; init; }

    /// <summary>Whom it is given to.</summary>
    public IReadOnlyList<Subject>? Subjects { get; init; }
}

/// <summary>Gives a role to somebody, in one namespace.</summary>
public sealed record RoleBinding : KubernetesObject<RoleBinding>, IKubernetesObject<RoleBinding>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } = new("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", Namespaced: true);

    /// <inheritdoc/>
    public static JsonTypeInfo<RoleBinding> JsonType => KubernetesJsonContext.Default.RoleBinding;

    /// <summary>The role; cannot be changed.</summary>
    public RoleReference? RoleRef { get; init; }

    /// <summary>Whom it is given to.</summary>
    public IReadOnlyList<Subject>? Subjects { get; init; }
}

/// <summary>One rule of a role.</summary>
public sealed record PolicyRule
{
    /// <summary>API groups; an empty name is the core group.</summary>
    public IReadOnlyList<string>? ApiGroups { get; init; }

    /// <summary>Resources, with <c>/subresource</c> where one is meant.</summary>
    public IReadOnlyList<string>? Resources { get; init; }

    /// <summary>Names of the only objects that are meant; absent for all.</summary>
    public IReadOnlyList<string>? ResourceNames { get; init; }

    /// <summary>What is allowed.</summary>
    public IReadOnlyList<string>? Verbs { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>Names a role.</summary>
public sealed record RoleReference
{
    /// <summary><c>rbac.authorization.k8s.io</c>.</summary>
    public string? ApiGroup { get; init; }

    /// <summary><c>Role</c> or <c>ClusterRole</c>.</summary>
    public string? Kind { get; init; }

    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>Whom a role is given to.</summary>
public sealed record Subject
{
    /// <summary><c>rbac.authorization.k8s.io</c> for users and groups; absent for service accounts.</summary>
    public string? ApiGroup { get; init; }

    /// <summary><c>User</c>, <c>Group</c> or <c>ServiceAccount</c>.</summary>
    public string? Kind { get; init; }

    /// <summary>The name.</summary>
    public string? Name { get; init; }

    /// <summary>Namespace of a service account.</summary>
    public string? Namespace { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
