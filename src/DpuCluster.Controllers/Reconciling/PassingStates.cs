using System.Collections.Concurrent;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Controllers.Reconciling;

/// <summary>
/// Knows since when each object has been in states that pass by themselves: such a state is written only when it lasts, which saves the
/// writes that nobody would have had time to read. Safe for concurrent use.
/// </summary>
public sealed class PassingStates(TimeProvider clock)
{
    private readonly ConcurrentDictionary<NamespacedName, long> _since = new();

    /// <summary>How long to wait before a state is written; <see langword="null"/> where it is to be written now.</summary>
    /// <param name="key">Whose state.</param>
    /// <param name="patience">How long the object may be in passing states before one is written; <see langword="null"/>: this is none.</param>
    public TimeSpan? Wait(NamespacedName key, TimeSpan? patience)
    {
        if (patience is not { } time)
        {
            Forget(key);
            return null;
        }

        var left = time - clock.GetElapsedTime(_since.GetOrAdd(key, _ => clock.GetTimestamp()));
        return left > TimeSpan.Zero ? left : null;
    }

    /// <summary>Forgets an object.</summary>
    public void Forget(NamespacedName key) => _since.TryRemove(key, out _);
}
