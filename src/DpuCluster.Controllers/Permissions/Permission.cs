using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Controllers.Permissions;

/// <summary>One rule of a controller's role, and what it is there for.</summary>
/// <param name="Why">What the controller does with it, and what becomes of it without, in sentences for the one who reviews the role.</param>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Resources">Resources, with <c>/subresource</c> where one is meant.</param>
/// <param name="Verbs">What is allowed.</param>
public sealed record Permission(string Why, string Group, IReadOnlyList<string> Resources, IReadOnlyList<string> Verbs)
{
    /// <summary>The only objects that are meant; empty for all.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>To tell people what happened.</summary>
    public static Permission Events { get; } = new("Events for people.", "events.k8s.io", ["events"], ["create", "patch"]);

    /// <summary>To hold one lease, in the namespace that a process is installed in.</summary>
    /// <param name="name">Name of the lease.</param>
    public static IReadOnlyList<Permission> Lease(string name) =>
    [
        new("Leader election. That an object may be created cannot be narrowed to its name.", "coordination.k8s.io", ["leases"], ["create"]),
        new("Leader election: the one lease of this controller.", "coordination.k8s.io", ["leases"], ["get", "watch", "update"]) { Names = [name] },
    ];

    /// <summary>The rule as Kubernetes has it.</summary>
    public PolicyRule ToRule() => new()
    {
        ApiGroups = [Group],
        Resources = Resources,
        ResourceNames = Names.Count > 0 ? Names : null,
        Verbs = Verbs,
    };
}
