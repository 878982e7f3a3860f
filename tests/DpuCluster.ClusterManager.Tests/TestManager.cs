using System.Collections.Concurrent;
using DpuCluster.Api;

namespace DpuCluster.ClusterManager.Tests;

/// <summary>A third party's cluster manager that does, for each cluster, what the test says.</summary>
internal sealed class TestManager : IClusterManager
{
    public const string TheType = "acme.example/fast";

    private readonly ConcurrentDictionary<string, Func<DPUCluster, Task<ClusterState>>> _reconcile = new();
    private readonly ConcurrentDictionary<string, Func<DPUCluster, CleanUp>> _cleanUp = new();
    private readonly ConcurrentQueue<DPUCluster> _seen = new();

    public string Type => TheType;

    /// <summary>What the manager answers about a cluster from now on; before, it says that all is done.</summary>
    public void Says(string cluster, ClusterState state) => Does(cluster, _ => Task.FromResult(state));

    public void Does(string cluster, Func<DPUCluster, Task<ClusterState>> reconcile) => _reconcile[cluster] = reconcile;

    public void CleansUp(string cluster, Func<DPUCluster, CleanUp> cleanUp) => _cleanUp[cluster] = cleanUp;

    /// <summary>The states of a cluster with which the manager was called, in order.</summary>
    public IReadOnlyList<DPUCluster> Seen(string cluster) => [.. _seen.Where(one => one.Metadata.Name == cluster)];

    /// <summary>The Secret that is certain from the beginning, by cluster.</summary>
    public ConcurrentDictionary<string, string> Secrets { get; } = new();

    public string? KubeconfigSecretFor(DPUCluster cluster) => Secrets.GetValueOrDefault(cluster.Metadata.Name!);

    public Task<ClusterState> ReconcileAsync(DPUCluster cluster, CancellationToken cancellation)
    {
        _seen.Enqueue(cluster);
        return _reconcile.TryGetValue(cluster.Metadata.Name!, out var reconcile) ? reconcile(cluster) : Task.FromResult(ClusterState.Created());
    }

    public Task<CleanUp> CleanUpAsync(DPUCluster cluster, CancellationToken cancellation) =>
        Task.FromResult(_cleanUp.TryGetValue(cluster.Metadata.Name!, out var cleanUp) ? cleanUp(cluster) : CleanUp.Done);
}
