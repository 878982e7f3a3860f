using DpuCluster.Api;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Standalone.Workloads;

namespace DpuCluster.Standalone.KamajiStandIn;

/// <summary>The Service of a control plane: made, or taken over from the one who made it before.</summary>
internal static class TenantPort
{
    // What a server lets node ports be.
    private const int Least = 30000;
    private const int Most = 32767;

    /// <summary>
    /// The Service as it should be: Kamaji's labels, its selector, and the first port what the network profile says. Where that is a node
    /// port, both are the same number, as with Kamaji; a number that can be none leaves the node port that the server has chosen.
    /// </summary>
    /// <param name="tenant">The control plane.</param>
    /// <param name="service">The Service as it is; <see langword="null"/> where there is none.</param>
    /// <returns>The Service to write; the same as given where nothing differs.</returns>
    public static Service Desired(TenantControlPlane tenant, Service? service)
    {
        var name = tenant.Metadata.Name!;
        var wanted = tenant.Spec?.NetworkProfile?.Port ?? 6443;
        var type = tenant.Spec?.ControlPlane?.Service?.ServiceType ?? "ClusterIP";
        var first = service?.Spec?.Ports is [var found, ..] ? found : new();
        var port = first with
        {
            Name = KamajiNames.PortName,
            Protocol = "TCP",
            Port = wanted,
            TargetPort = wanted,
            NodePort = type == "NodePort" && wanted is >= Least and <= Most ? wanted : first.NodePort,
        };
        var labels = new Dictionary<string, string>(service?.Metadata.Labels ?? ClusterNode.NoLabels);
        foreach (var (key, value) in KamajiNames.Labels(name, "service"))
        {
            labels[key] = value;
        }

        var owner = PodFactory.Owner(tenant, TenantControlPlane.Resource);
        var owned = service?.Metadata.OwnerReferences?.Any(other => other.Uid == owner.Uid) is true;
        var selected = service?.Spec?.Selector?.Count == 1 && service.Spec.Selector.GetValueOrDefault(KamajiNames.NameLabel) == name;
        if (service is not null && owned && selected && service.Spec?.Type == type && port == first && labels.Count == service.Metadata.Labels?.Count
            && labels.All(label => service.Metadata.Labels.GetValueOrDefault(label.Key) == label.Value))
        {
            return service;
        }

        service ??= new() { Metadata = new() { Name = name, Namespace = tenant.Metadata.Namespace } };
        return service with
        {
            Metadata = service.Metadata with
            {
                Labels = labels,
                OwnerReferences = owned ? service.Metadata.OwnerReferences : [.. service.Metadata.OwnerReferences ?? [], owner],
            },
            Spec = (service.Spec ?? new()) with
            {
                Type = type,
                Selector = new Dictionary<string, string> { [KamajiNames.NameLabel] = name },
                Ports = [port, .. service.Spec?.Ports?.Skip(1) ?? []],
            },
        };
    }

    /// <summary>Who else manages the Service, which Kamaji then does not touch; <see langword="null"/> where nobody does.</summary>
    public static OwnerReference? OtherController(TenantControlPlane tenant, Service service) =>
        service.ControllerOwner is { } owner && owner.Uid != tenant.Metadata.Uid ? owner : null;

    /// <summary>The port of this machine that the control plane is to listen on; 0 for any free one.</summary>
    public static int ListenOn(Service service) => service.Spec?.Ports is [{ NodePort: { } port }, ..] ? port : 0;
}
