using System.Net;
using System.Runtime.CompilerServices;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Client;

/// <summary>The DPU clusters of a host cluster: list them, wait for one, open it.</summary>
/// <example>
/// <code>
/// using var host = new KubernetesClient(configuration);
/// var clusters = new DpuClusterCatalog(host);
/// var cluster = await clusters.WaitUntilReadyAsync("dpu", "c1", TimeSpan.FromMinutes(10), cancellation);
/// await using var connection = await clusters.OpenAsync(cluster, cancellation);
/// var nodes = await connection.UseAsync((client, c) => client.Resources&lt;Node>().ListAsync(null, null, c), cancellation);
/// </code>
/// </example>
/// <remarks>Requests throw as <see cref="KubernetesClient"/> says.</remarks>
public sealed class DpuClusterCatalog
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly KubernetesClient _host;
    private readonly DpuClusterOptions _options;
    private readonly TimeProvider _clock;

    /// <summary>Makes a catalog.</summary>
    /// <param name="host">Client of the host cluster; it must outlive the catalog and the connections opened by it.</param>
    /// <param name="options">How connections are made; the defaults where it is absent.</param>
    public DpuClusterCatalog(KubernetesClient host, DpuClusterOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        _host = host;
        _options = options ?? new();
        _clock = _options.Client.Clock;
    }

    /// <summary>All DPU clusters, whatever their state.</summary>
    /// <param name="ns">Namespace; <see langword="null"/> for all.</param>
    /// <param name="cancellation">Gives up.</param>
    public IAsyncEnumerable<DPUCluster> ListAsync(string? ns, CancellationToken cancellation) =>
        _host.Resources<DPUCluster>().ListAllAsync(ns, null, cancellation);

    /// <summary>The DPU clusters that can be used now.</summary>
    /// <param name="ns">Namespace; <see langword="null"/> for all.</param>
    /// <param name="cancellation">Gives up.</param>
    public async IAsyncEnumerable<DPUCluster> ListReadyAsync(string? ns, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var cluster in ListAsync(ns, cancellation).ConfigureAwait(false))
        {
            if (cluster.IsReady)
            {
                yield return cluster;
            }
        }
    }

    /// <summary>Waits until a DPU cluster is ready; it need not exist yet. A failed one is waited for too: somebody may correct it.</summary>
    /// <param name="ns">Its namespace.</param>
    /// <param name="name">Its name.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The cluster, in the first state that was seen to be ready.</returns>
    /// <exception cref="TimeoutException">It did not become ready in time; the message has its last condition.</exception>
    /// <exception cref="KubernetesException">The host cluster refuses to show it, or does not know the kind.</exception>
    public async Task<DPUCluster> WaitUntilReadyAsync(string ns, string name, TimeSpan timeout, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(ns);
        ArgumentException.ThrowIfNullOrEmpty(name);
        using var expired = new CancellationTokenSource(timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, expired.Token);
        var last = "the host cluster has not answered";
        try
        {
            while (true)
            {
                try
                {
                    await foreach (var cluster in StatesAsync(ns, name, either.Token).ConfigureAwait(false))
                    {
                        if (cluster?.IsReady is true)
                        {
                            return cluster;
                        }

                        last = cluster?.Explanation ?? "it does not exist";
                    }
                }
                catch (Exception exception) when (IsPassing(exception))
                {
                    last = $"the host cluster cannot be asked: {exception.Message}";
                }

                await Task.Delay(PauseAfterFailure, _clock, either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (expired.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"DPUCluster {ns}/{name} is not Ready after {timeout}: {last}");
        }
    }

    /// <summary>Opens a DPU cluster.</summary>
    /// <inheritdoc cref="DpuClusterConnection.OpenAsync"/>
    public Task<DpuClusterConnection> OpenAsync(DPUCluster cluster, CancellationToken cancellation) =>
        DpuClusterConnection.OpenAsync(_host, cluster, _options, cancellation);

    /// <summary>The state of one cluster now and after each change, until the server ends the watch; null where there is none.</summary>
    private async IAsyncEnumerable<DPUCluster?> StatesAsync(string ns, string name, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var clusters = _host.Resources<DPUCluster>();
        var selector = $"metadata.name={name}";
        var list = await clusters.ListAsync(ns, new() { FieldSelector = selector }, cancellation).ConfigureAwait(false);
        yield return list.Items.Count > 0 ? list.Items[0] : null;
        var options = new WatchOptions { FieldSelector = selector, ResourceVersion = list.ResourceVersion };
        await foreach (var change in clusters.WatchAsync(ns, options, cancellation).ConfigureAwait(false))
        {
            if (change.Type != WatchEventType.Bookmark)
            {
                yield return change.Type == WatchEventType.Deleted ? null : change.Object;
            }
        }
    }

    /// <summary>Whether the failure may be over by itself: the server is away, too busy, or has forgotten where the watch stood.</summary>
    private static bool IsPassing(Exception exception) => exception switch
    {
        KubernetesException { Code: HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError } => true,
        KubernetesException kubernetes => kubernetes.IsGone,
        _ => exception is HttpRequestException or IOException or TimeoutException,
    };
}
