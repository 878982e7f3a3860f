using System.Collections.Concurrent;
using System.Diagnostics;
using DpuCluster.Api;
using DpuCluster.Bench.Measure;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Bench.Scenarios;

/// <summary>The benchmark's own watch of all DPUClusters: when each of them came to which phase, as seen from outside.</summary>
internal sealed class ClusterWatch : IAsyncDisposable
{
    private readonly ResourceClient<DPUCluster> _clusters;
    private readonly string _namespace;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, (string Phase, long At)> _seen = new(StringComparer.Ordinal);
    private readonly Task _running;
    private int _phaseChanges;

    private ClusterWatch(ResourceClient<DPUCluster> clusters, string ns, string from)
    {
        (_clusters, _namespace) = (clusters, ns);
        _running = Task.Run(() => RunAsync(from));
    }

    /// <summary>Begins to watch, from now on.</summary>
    public static async Task<ClusterWatch> StartAsync(ResourceClient<DPUCluster> clusters, string ns, CancellationToken cancellation)
    {
        var list = await clusters.ListAsync(ns, null, cancellation);
        var watch = new ClusterWatch(clusters, ns, list.ResourceVersion ?? "0");
        foreach (var cluster in list.Items)
        {
            watch.See(cluster);
        }

        return watch;
    }

    /// <summary>How many clusters are in this phase.</summary>
    public int Count(string phase) => _seen.Values.Count(seen => seen.Phase == phase);

    /// <summary>How many clusters there are.</summary>
    public int Total => _seen.Count;

    /// <summary>How often a cluster has come to a phase that it was not in.</summary>
    public int PhaseChanges => Volatile.Read(ref _phaseChanges);

    /// <summary>When a cluster came to the phase that it is in, as a timestamp.</summary>
    public long At(string cluster) => _seen[cluster].At;

    /// <summary>When the last cluster came to its phase.</summary>
    public long LastAt => _seen.Values.Max(seen => seen.At);

    /// <summary>Waits until so many clusters are in a phase.</summary>
    public Task UntilAsync(string phase, int count, TimeSpan limit, CancellationToken cancellation) => Wait.UntilAsync(
        $"{count} clusters are {phase} (there are {string.Join(", ", _seen.Values.GroupBy(seen => seen.Phase).Select(group => $"{group.Count()} {group.Key}"))})",
        _ => CheckAsync(() => Count(phase) == count),
        limit,
        cancellation);

    /// <summary>Waits until no cluster is left.</summary>
    public Task UntilGoneAsync(TimeSpan limit, CancellationToken cancellation) =>
        Wait.UntilAsync("all clusters are gone", _ => CheckAsync(() => _seen.IsEmpty), limit, cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task<bool> CheckAsync(Func<bool> holds)
    {
        if (_running.IsCompleted)
        {
            await _running;
            throw new BenchException("the watch of the benchmark has ended");
        }

        return holds();
    }

    private async Task RunAsync(string from)
    {
        try
        {
            while (true)
            {
                await foreach (var change in _clusters.WatchAsync(_namespace, new() { ResourceVersion = from }, _stop.Token))
                {
                    from = change.ResourceVersion;
                    if (change.Type == WatchEventType.Deleted)
                    {
                        _seen.TryRemove(change.Object!.Metadata.Name!, out _);
                    }
                    else if (change.Type is WatchEventType.Added or WatchEventType.Modified)
                    {
                        See(change.Object!);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed: the regular end.
        }
    }

    private void See(DPUCluster cluster)
    {
        var name = cluster.Metadata.Name!;
        var phase = cluster.Status?.Phase ?? ClusterPhase.Pending;
        if (!_seen.TryGetValue(name, out var seen) || seen.Phase != phase)
        {
            _seen[name] = (phase, Stopwatch.GetTimestamp());
            Interlocked.Increment(ref _phaseChanges);
        }
    }
}
