using System.Net;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Admission;

/// <summary>
/// Finds where a service of the cluster is reached. Cluster addresses lead nowhere without the rules that kube-proxy makes on nodes, so
/// it is one of the service's endpoints that is used, as a real server does it with <c>--enable-aggregator-routing</c>.
/// </summary>
internal sealed class ServiceEndpoints(ObjectStore store)
{
    private readonly StoreCollection _services = store.Collection(("", "services"));
    private readonly StoreCollection _endpoints = store.Collection(("", "endpoints"));
    private readonly StoreCollection _slices = store.Collection(("discovery.k8s.io", "endpointslices"));

    /// <summary>The address behind a port of a service.</summary>
    /// <exception cref="WebhookFailure">There is none; the message says why, as a real server does.</exception>
    public DnsEndPoint Find(string ns, string name, int port)
    {
        var service = (ObjectStore.Get(_services, ns, name) ?? throw new WebhookFailure($"service \"{name}\" not found")).Parse();
        var spec = service.Object("spec") ?? [];
        if (spec.Text("type") == "ExternalName") return new DnsEndPoint(spec.Text("externalName"), port);
        var portName = (spec.Objects("ports").FirstOrDefault(p => p.Whole("port") == port)
            ?? throw new WebhookFailure($"no service port {port} found for service \"{name}\"")).Text("name");
        return FromSlices(ns, name, portName) ?? FromEndpoints(ns, name, portName)
            ?? throw new WebhookFailure($"no endpoints available for service \"{name}\"");
    }

    private DnsEndPoint? FromSlices(string ns, string name, string portName)
    {
        var all = _slices.Published;
        for (var i = ObjectStore.LowerBound(all, ns, ""); i < all.Count && all[i].Namespace == ns; i++)
        {
            if (all[i].Header.Labels?.GetValueOrDefault("kubernetes.io/service-name") != name) continue;
            var slice = all[i].Parse();
            var port = Port(slice, portName);
            var address = slice.Objects("endpoints").Where(e => e.At("conditions", "ready")?.GetValueKind() != System.Text.Json.JsonValueKind.False)
                .SelectMany(e => e.Texts("addresses")).FirstOrDefault();
            if (port is not null && address is not null) return new DnsEndPoint(address, (int)port);
        }

        return null;
    }

    private DnsEndPoint? FromEndpoints(string ns, string name, string portName)
    {
        foreach (var subset in ObjectStore.Get(_endpoints, ns, name)?.Parse().Objects("subsets") ?? [])
        {
            if (Port(subset, portName) is { } port && subset.Objects("addresses").FirstOrDefault()?.Text("ip") is { Length: > 0 } address)
                return new DnsEndPoint(address, (int)port);
        }

        return null;
    }

    private static long? Port(JsonObject holder, string name) =>
        holder.Objects("ports").FirstOrDefault(p => p.Text("name") == name)?.Whole("port");
}
