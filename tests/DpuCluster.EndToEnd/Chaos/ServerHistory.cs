using System.Collections.Concurrent;
using System.Globalization;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.EndToEnd.Chaos;

/// <summary>
/// The server's own account of every state that objects were in, without a gap: its watches are resumed where they broke off, through its
/// restarts too, and a history that is gone is an error.
/// </summary>
internal sealed class ServerHistory : IAsyncDisposable
{
    private static readonly ResourceType[] Kept =
    [
        DPUCluster.Resource,
        Lease.Resource,
        TenantControlPlane.Resource,
        new("", "v1", "Service", "services", Namespaced: true),
        new("", "v1", "ConfigMap", "configmaps", Namespaced: true),
        new("apps", "v1", "DaemonSet", "daemonsets", Namespaced: true),
    ];

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<ObjectVersion> _versions = [];
    private readonly ConcurrentDictionary<string, long> _reached = [];
    private readonly IReadOnlyList<Task> _running;

    private ServerHistory(KubernetesClient server, IReadOnlyList<(ResourceType Resource, string From)> from)
    {
        Began = from.Max(one => long.Parse(one.From, CultureInfo.InvariantCulture));
        _running = [.. from.Select(one => Task.Run(() => FollowAsync(server.Unstructured(one.Resource), one.From)))];
    }

    /// <summary>Since which version every resource is followed.</summary>
    public long Began { get; }

    /// <summary>Every state so far, by version.</summary>
    public IReadOnlyList<ObjectVersion> Versions => [.. _versions.OrderBy(version => version.Version)];

    /// <summary>Begins with what is there now.</summary>
    public static async Task<ServerHistory> StartAsync(KubernetesClient server)
    {
        List<(ResourceType, string)> from = [];
        foreach (var resource in Kept)
        {
            from.Add((resource, (await server.Unstructured(resource).ListAsync(KamajiCluster.SystemNamespace, null, default)).ResourceVersion!));
        }

        return new ServerHistory(server, from);
    }

    /// <summary>Whether everything up to a version is in it. Fails where something is missing.</summary>
    public async Task<bool> HasReached(long version)
    {
        await Task.WhenAll(_running.Where(one => one.IsFaulted));

        return Kept.All(resource => _reached.GetValueOrDefault(resource.Plural) >= version);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task FollowAsync(ResourceClient<Unstructured> objects, string from)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var options = new WatchOptions { ResourceVersion = from, AllowBookmarks = true, Timeout = TimeSpan.FromSeconds(5) };
                await foreach (var change in objects.WatchAsync(KamajiCluster.SystemNamespace, options, _stop.Token))
                {
                    from = change.ResourceVersion;
                    var version = long.Parse(from, CultureInfo.InvariantCulture);
                    if (change.Object is { } state && change.Type != WatchEventType.Bookmark)
                    {
                        _versions.Enqueue(new ObjectVersion(objects.Resource.Plural, version, state, change.Type == WatchEventType.Deleted));
                    }

                    _reached[objects.Resource.Plural] = version;
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException or TimeoutException || exception is KubernetesException { IsGone: false })
            {
                // The server restarts: it is asked again for what comes after the last that it told.
                await Task.Delay(TimeSpan.FromMilliseconds(200));
            }
        }
    }
}
