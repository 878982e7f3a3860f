using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Controllers.Permissions;

/// <summary>
/// What a controller process may do: all that it needs, and nothing else. Each process declares its own beside the code that needs it; files
/// for users, the operator and the standalone environment are made from that.
/// </summary>
/// <param name="Controller">Name of the controller, such as <c>static-cluster-manager</c>.</param>
/// <param name="Everywhere">What it may do in the whole cluster.</param>
/// <param name="AtHome">What it may do in the namespace that it is installed in.</param>
public sealed record ControllerRole(string Controller, IReadOnlyList<Permission> Everywhere, IReadOnlyList<Permission> AtHome)
{
    private const string Group = "rbac.authorization.k8s.io";

    /// <summary>Name of the roles and of their bindings.</summary>
    public string Name => $"dpucluster-{Controller}";

    /// <summary>The service account that the controller runs as.</summary>
    /// <param name="ns">Namespace that it is installed in.</param>
    public Subject Account(string ns) => new() { Kind = ServiceAccount.Resource.Kind, Name = Name, Namespace = ns };

    /// <summary>A user who is known by a certificate.</summary>
    /// <param name="name">Name of the user.</param>
    public static Subject User(string name) => new() { ApiGroup = Group, Kind = "User", Name = name };

    /// <summary>The rules for the whole cluster.</summary>
    public ClusterRole ClusterRole() => new() { Metadata = new() { Name = Name }, Rules = [.. Everywhere.Select(one => one.ToRule())] };

    /// <summary>The rules for the namespace that the controller is installed in.</summary>
    /// <param name="ns">That namespace.</param>
    public Role Role(string ns) => new() { Metadata = new() { Namespace = ns, Name = Name }, Rules = [.. AtHome.Select(one => one.ToRule())] };

    /// <summary>Gives the rules for the whole cluster to somebody.</summary>
    /// <param name="subject">To whom.</param>
    public ClusterRoleBinding ClusterRoleBinding(Subject subject) => new()
    {
        Metadata = new() { Name = Name },
        RoleRef = new() { ApiGroup = Group, Kind = nameof(Kubernetes.Resources.ClusterRole), Name = Name },
        Subjects = [subject],
    };

    /// <summary>Gives the rules for the namespace to somebody.</summary>
    /// <param name="ns">That namespace.</param>
    /// <param name="subject">To whom.</param>
    public RoleBinding RoleBinding(string ns, Subject subject) => new()
    {
        Metadata = new() { Namespace = ns, Name = Name },
        RoleRef = new() { ApiGroup = Group, Kind = nameof(Kubernetes.Resources.Role), Name = Name },
        Subjects = [subject],
    };
}
