using System.Collections.Concurrent;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ClusterManager;

/// <summary>Knows since when each cluster has been in states that pass by themselves.</summary>
internal sealed class PassingStates(TimeProvider clock)
{
    private readonly ConcurrentDictionary<NamespacedName, long> _since = new();

    /// <summary>How long to wait before a state is written; <see langword="null"/> where it is to be written now.</summary>
    public TimeSpan? Wait(NamespacedName key, ClusterState state)
    {
        if (state.WrittenAfter is not { } patience)
        {
            Forget(key);
            return null;
        }

        var left = patience - clock.GetElapsedTime(_since.GetOrAdd(key, _ => clock.GetTimestamp()));
        return left > TimeSpan.Zero ? left : null;
    }

    /// <summary>Forgets a cluster.</summary>
    public void Forget(NamespacedName key) => _since.TryRemove(key, out _);
}
