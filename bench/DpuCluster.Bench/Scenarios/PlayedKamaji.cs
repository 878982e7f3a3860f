using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Bench.Scenarios;

/// <summary>
/// A Kamaji that answers at once, as that of the reference measurement did, and nodes whose pods start at once: behind every
/// TenantControlPlane is the same control plane, which runs already. What is left to measure is the controllers.
/// </summary>
internal sealed class PlayedKamaji : IAsyncDisposable
{
    private const int Concurrency = 8;
    private static readonly WriteOptions Writing = new() { FieldManager = "kamaji" };

    private readonly KubernetesClient _host;
    private readonly byte[] _kubeconfig;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private PlayedKamaji(KubernetesClient host, byte[] kubeconfig)
    {
        (_host, _kubeconfig) = (host, kubeconfig);
        _running = Task.WhenAll(FollowAsync<TenantControlPlane>(AnswerAsync), FollowAsync<DaemonSet>(StartPodsAsync));
    }

    /// <summary>Plays from now on.</summary>
    /// <param name="host">The host cluster.</param>
    /// <param name="tenant">The control plane that every cluster gets.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<PlayedKamaji> StartAsync(KubernetesClient host, ApiServerProcess tenant, CancellationToken cancellation) =>
        new(host, await File.ReadAllBytesAsync(tenant.KubeconfigFile, cancellation));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task FollowAsync<T>(Func<T, CancellationToken, Task> act)
        where T : class, IKubernetesObject<T> => await Parallel.ForEachAsync(
            ChangesAsync<T>(),
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = _stop.Token },
            async (value, cancellation) =>
            {
                try
                {
                    await act(value, cancellation);
                }
                catch (KubernetesException exception) when (exception.IsConflict || exception.IsNotFound)
                {
                    // It has changed or gone meanwhile, and the watch tells of that.
                }
            });

    private async IAsyncEnumerable<T> ChangesAsync<T>()
        where T : class, IKubernetesObject<T>
    {
        var objects = _host.Resources<T>();
        var from = (await objects.ListAsync(ClusterSite.Namespace, null, _stop.Token)).ResourceVersion;
        while (true)
        {
            await foreach (var change in objects.WatchAsync(ClusterSite.Namespace, new() { ResourceVersion = from }, _stop.Token))
            {
                from = change.ResourceVersion;
                if (change is { Type: WatchEventType.Added or WatchEventType.Modified, Object: { } value } && !value.IsBeingDeleted)
                {
                    yield return value;
                }
            }
        }
    }

    private async Task AnswerAsync(TenantControlPlane tenant, CancellationToken cancellation)
    {
        var wanted = tenant.Spec?.Kubernetes?.Version;
        if (tenant.Status?.KubernetesResources?.Version is { Status: TenantState.Ready } known && known.Version == wanted)
        {
            return;
        }

        await AdoptAsync(tenant, cancellation);
        var secret = $"{tenant.Metadata.Name}-admin-kubeconfig";
        await _host.Resources<Secret>().ApplyAsync(
            new()
            {
                Metadata = new() { Name = secret, Namespace = tenant.Metadata.Namespace, OwnerReferences = [Owner(tenant)] },
                Type = "Opaque",
                Data = new Dictionary<string, byte[]> { ["admin.conf"] = _kubeconfig },
            },
            Writing with { Force = true },
            cancellation);
        var status = new JsonObject
        {
            ["kubernetesResources"] = new JsonObject { ["version"] = new JsonObject { ["status"] = TenantState.Ready, ["version"] = wanted } },
            ["kubeconfig"] = new JsonObject { ["admin"] = new JsonObject { ["secretName"] = secret } },
        };
        await PatchStatusAsync<TenantControlPlane>(tenant, status, cancellation);
    }

    private async Task AdoptAsync(TenantControlPlane tenant, CancellationToken cancellation)
    {
        var services = _host.Resources<Service>();
        if (await services.FindAsync(tenant.Metadata.Namespace, tenant.Metadata.Name!, cancellation) is { ControllerOwner: null } service
            && tenant.Spec?.NetworkProfile?.Port is { } port)
        {
            var metadata = service.Metadata with { OwnerReferences = [.. service.Metadata.OwnerReferences ?? [], Owner(tenant)] };
            var ports = new[] { service.Spec!.Ports![0] with { Port = port, TargetPort = port, NodePort = port } };
            await services.ReplaceAsync(service with { Metadata = metadata, Spec = service.Spec with { Ports = ports } }, Writing, cancellation);
        }
    }

    private async Task StartPodsAsync(DaemonSet set, CancellationToken cancellation)
    {
        if (set.Status?.ObservedGeneration != set.Metadata.Generation)
        {
            const int nodes = 2;
            var status = new JsonObject
            {
                ["observedGeneration"] = set.Metadata.Generation,
                ["desiredNumberScheduled"] = nodes,
                ["currentNumberScheduled"] = nodes,
                ["updatedNumberScheduled"] = nodes,
                ["numberReady"] = nodes,
                ["numberMisscheduled"] = 0,
            };
            await PatchStatusAsync<DaemonSet>(set, status, cancellation);
        }
    }

    private Task<T> PatchStatusAsync<T>(T value, JsonObject status, CancellationToken cancellation)
        where T : class, IKubernetesObject<T> => _host.Resources<T>().PatchStatusAsync(
            value.Metadata.Namespace, value.Metadata.Name!, Patch.Merge(new JsonObject { ["status"] = status }), Writing, cancellation);

    private static OwnerReference Owner(TenantControlPlane tenant) => new()
    {
        ApiVersion = TenantControlPlane.Resource.ApiVersion,
        Kind = TenantControlPlane.Resource.Kind,
        Name = tenant.Metadata.Name!,
        Uid = tenant.Metadata.Uid!,
        Controller = true,
    };
}
