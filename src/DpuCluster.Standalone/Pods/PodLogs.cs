using System.Collections.Concurrent;
using DpuCluster.ApiServer;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Standalone.Workloads;

namespace DpuCluster.Standalone.Pods;

/// <summary>The logs of all pods: of those that are run their own, of all others that there is nothing to log.</summary>
internal sealed class PodLogs : IPodLogs
{
    private readonly SimulatedPodLogs _simulated = new();
    private readonly ConcurrentDictionary<NamespacedName, PodLog> _logs = new();

    public void Add(NamespacedName pod, PodLog log) => _logs[pod] = log;

    public void Remove(NamespacedName pod, PodLog log) => _logs.TryRemove(new(pod, log));

    /// <inheritdoc/>
    public Task<Stream?> OpenAsync(string ns, string pod, string? container, bool follow, long? tailLines, CancellationToken cancellation) =>
        _logs.TryGetValue(new(ns, pod), out var log)
            ? Task.FromResult<Stream?>(log.Open(follow, tailLines, cancellation))
            : _simulated.OpenAsync(ns, pod, container, follow, tailLines, cancellation);
}
