using System.Collections.Concurrent;
using DpuCluster.Api;
using DpuCluster.ClusterManager.Kamaji.Children;
using DpuCluster.ClusterManager.Kamaji.Keepalived;
using DpuCluster.Controllers.Applying;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.ClusterManager.Kamaji;

/// <summary>Everything that is made for a cluster, in the order in which it is made and taken down.</summary>
internal sealed class KamajiChildren(
    ChildSet<Service> services,
    ChildSet<TenantControlPlane> tenants,
    ChildSet<ConfigMap> configMaps,
    ChildSet<DaemonSet> daemonSets,
    KamajiOptions options)
{
    // Node ports that control planes were told, by the cluster's UID; null for one that somebody else has got. Everybody who talks to a control
    // plane knows its port, so it stays even where somebody deletes Service and control plane at once, and no object is left that has it.
    private readonly ConcurrentDictionary<string, int?> _told = [];

    /// <summary>The control plane; <see langword="null"/> where there is none.</summary>
    public Task<TenantControlPlane?> TenantAsync(DPUCluster cluster, CancellationToken cancellation) =>
        tenants.FindAsync(cluster, cluster.Metadata.Name!, cancellation);

    /// <summary>The control plane; <see langword="null"/> where there is none, or where the server does not know the kind.</summary>
    public async Task<TenantControlPlane?> FindTenantAsync(DPUCluster cluster, CancellationToken cancellation)
    {
        try
        {
            return await TenantAsync(cluster, cancellation).ConfigureAwait(false);
        }
        catch (DpuCluster.Kubernetes.Meta.KubernetesException exception) when (exception.IsNotFound)
        {
            // Without the kind there is no object of it.
            return null;
        }
    }

    /// <summary>The Service, which is made before everything else, since the rest needs its node port.</summary>
    /// <returns>The node port.</returns>
    public async Task<int> EnsureServiceAsync(
        DPUCluster cluster, TenantControlPlane? tenant, string version, KeepalivedSettings? endpoint, CancellationToken cancellation)
    {
        var live = await services.FindAsync(cluster, cluster.Metadata.Name!, cancellation).ConfigureAwait(false);
        var promised = tenant?.IsOwnedBy(cluster) is true ? KamajiTenant.ToldNodePort(tenant, port => Tenant(cluster, version, endpoint, port)) : null;
        var remembered = promised is null && live is null ? RememberedNodePort(cluster) : null;
        Service service;
        try
        {
            service = await services.EnsureAsync(
                cluster,
                live,
                KamajiService.Desired(cluster, live, promised ?? remembered),
                value => value.IsOwnedBy(cluster) || KamajiService.IsAdopted(value, cluster, tenant),
                cancellation).ConfigureAwait(false);
        }
        catch (UnusableChildException exception) when (remembered is not null && exception.Reason == KamajiReason.ApplyRefused)
        {
            // Somebody else has got the port meanwhile: the next try asks for any.
            _told[cluster.Metadata.Uid!] = null;
            throw;
        }

        return KamajiService.NodePort(service)
            ?? throw new UnusableChildException(KamajiReason.ApplyRefused, $"Service {service.Metadata.Name} was given no node port");
    }

    /// <summary>The control plane.</summary>
    public async Task<TenantControlPlane> EnsureTenantAsync(
        DPUCluster cluster, TenantControlPlane? live, string version, KeepalivedSettings? endpoint, int nodePort, CancellationToken cancellation)
    {
        var tenant = await tenants.EnsureAsync(
            cluster, live, Tenant(cluster, version, endpoint, nodePort), value => value.IsOwnedBy(cluster), cancellation).ConfigureAwait(false);
        _told[cluster.Metadata.Uid!] = nodePort;
        return tenant;
    }

    /// <summary>What holds the virtual IP: the configuration first, so that no pod starts without it.</summary>
    public async Task<DaemonSet> EnsureKeepalivedAsync(DPUCluster cluster, KeepalivedSettings endpoint, int nodePort, CancellationToken cancellation)
    {
        var name = ChildObjects.KeepalivedName(cluster);
        await configMaps.EnsureAsync(
            cluster,
            await configMaps.FindAsync(cluster, name, cancellation).ConfigureAwait(false),
            AppliedConfiguration.Sign(KeepalivedChildren.ConfigMap(cluster, endpoint)),
            value => value.IsOwnedBy(cluster),
            cancellation).ConfigureAwait(false);
        var live = await daemonSets.FindAsync(cluster, name, cancellation).ConfigureAwait(false);
        return await daemonSets.EnsureAsync(
            cluster,
            live,
            AppliedConfiguration.Sign(KeepalivedChildren.DaemonSet(cluster, endpoint, nodePort, options, live)),
            value => value.IsOwnedBy(cluster),
            cancellation).ConfigureAwait(false);
    }

    /// <summary>Gives the virtual IP up: where the cluster wants none any more, and where another cluster has the right to it.</summary>
    public async Task WithdrawKeepalivedAsync(DPUCluster cluster, CancellationToken cancellation)
    {
        var name = ChildObjects.KeepalivedName(cluster);
        if (await daemonSets.RemoveAsync(cluster, daemonSets.Known(cluster, name), Foreground, cancellation).ConfigureAwait(false))
        {
            await configMaps.RemoveAsync(cluster, configMaps.Known(cluster, name), Background, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Takes everything down: first the virtual IP, with its pods, and the control plane, which Kamaji takes apart in its own order; then
    /// what these need while they go.
    /// </summary>
    /// <returns>What is still there.</returns>
    public async Task<IReadOnlyList<string>> RemoveAsync(DPUCluster cluster, CancellationToken cancellation)
    {
        var (name, keepalived) = (cluster.Metadata.Name!, ChildObjects.KeepalivedName(cluster));
        var left = new List<string>();
        var daemonSet = await daemonSets.FindAsync(cluster, keepalived, cancellation).ConfigureAwait(false);
        var noDaemonSet = Note($"DaemonSet {keepalived}", await daemonSets.RemoveAsync(cluster, daemonSet, Foreground, cancellation).ConfigureAwait(false));
        var tenant = await FindTenantAsync(cluster, cancellation).ConfigureAwait(false);
        var noTenant = Note($"TenantControlPlane {name}", await tenants.RemoveAsync(cluster, tenant, Background, cancellation).ConfigureAwait(false));
        if (noDaemonSet)
        {
            var configMap = await configMaps.FindAsync(cluster, keepalived, cancellation).ConfigureAwait(false);
            Note($"ConfigMap {keepalived}", await configMaps.RemoveAsync(cluster, configMap, Background, cancellation).ConfigureAwait(false));
        }

        if (noTenant)
        {
            var service = await services.FindAsync(cluster, name, cancellation).ConfigureAwait(false);
            Note($"Service {name}", await services.RemoveAsync(cluster, service, Background, cancellation).ConfigureAwait(false));
        }

        _told.TryRemove(cluster.Metadata.Uid!, out _);
        return left;

        bool Note(string what, bool isGone)
        {
            if (!isGone)
            {
                left.Add(what);
            }

            return isGone;
        }
    }

    private const string Foreground = "Foreground";
    private const string Background = "Background";

    private static TenantControlPlane Tenant(DPUCluster cluster, string version, KeepalivedSettings? endpoint, int nodePort) =>
        AppliedConfiguration.Sign(KamajiTenant.Desired(cluster, version, endpoint, nodePort));

    // After a start there is nothing to remember, but as a rule a DaemonSet that has it.
    private int? RememberedNodePort(DPUCluster cluster) => _told.TryGetValue(cluster.Metadata.Uid!, out var told)
        ? told
        : daemonSets.Known(cluster, ChildObjects.KeepalivedName(cluster)) is { } daemonSet && daemonSet.IsOwnedBy(cluster) ? KamajiTenant.NotedNodePort(daemonSet) : null;
}
