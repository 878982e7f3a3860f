using DpuCluster.Api;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.ClusterManager.Kamaji.Children;

/// <summary>The Service in front of a control plane; pure. It is there before the control plane, so that its node port is known.</summary>
internal static class KamajiService
{
    /// <summary>Name of the port.</summary>
    public const string PortName = "kube-apiserver";

    /// <summary>Most characters of a name.</summary>
    public const int MaxName = 63;

    /// <summary>
    /// Whether a Service, and a TenantControlPlane, can have the name of a cluster: it must be a label as in RFC 1035, where that of any custom
    /// object may have dots and begin with a digit.
    /// </summary>
    public static bool CanBeCalled(string clusterName) =>
        clusterName.Length <= MaxName && char.IsAsciiLetterLower(clusterName[0]) && !clusterName.Contains('.', StringComparison.Ordinal);

    /// <summary>What the Service should be.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="live">The Service as it is; <see langword="null"/> where there is none.</param>
    /// <param name="promised">The node port that the control plane was told: it stays, whatever becomes of the Service; <see langword="null"/> where it was told none.</param>
    public static Service Desired(DPUCluster cluster, Service? live, int? promised) => new()
    {
        // Kamaji makes itself the controller when it adopts the Service, and would not where there is one: we own it only.
        // Its ports are told apart by numbers that Kamaji changes: applied to another version than the one looked at, ours would be a second one.
        Metadata = ChildObjects.Owned(cluster, cluster.Metadata.Name!) with { ResourceVersion = live?.Metadata.ResourceVersion },
        Spec = new()
        {
            Type = "NodePort",
            Selector = new Dictionary<string, string> { ["kamaji.clastix.io/name"] = cluster.Metadata.Name! },
            Ports = [Port(live, promised)],
        },
    };

    /// <summary>The node port; <see langword="null"/> where there is none yet.</summary>
    public static int? NodePort(Service? service) => PortOf(service)?.NodePort is { } port and > 0 ? port : null;

    /// <summary>Whether Kamaji has adopted the Service for this cluster's control plane.</summary>
    public static bool IsAdopted(Service service, DPUCluster cluster, TenantControlPlane? tenant) =>
        tenant is not null
        && tenant.IsOwnedBy(cluster)
        && service.ControllerOwner is { } owner
        && owner.Uid == tenant.Metadata.Uid;

    // What Kamaji made of the port when it adopted the Service is what we want, also when it is no longer the owner, because the control
    // plane was deleted. The node port alone is ours: everybody who talks to the control plane knows it.
    private static ServicePort Port(Service? live, int? promised) => PortOf(live) is { } port
        ? new() { Name = live!.ControllerOwner is null ? PortName : port.Name, Port = port.Port, Protocol = port.Protocol, NodePort = promised ?? port.NodePort }
        : new() { Name = PortName, Port = 6443, Protocol = "TCP", NodePort = promised };

    private static ServicePort? PortOf(Service? service) =>
        service?.Spec?.Ports is { Count: > 0 } ports ? ports.FirstOrDefault(port => port.Name == PortName) ?? ports[0] : null;
}
