using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Controllers.Reconciling;

/// <summary>
/// What a controller wrote and its informers have not told of yet. A key for which something is outstanding is not reconciled:
/// the decision would be taken on what is known to be old.
/// </summary>
internal sealed class Expectations(TimeProvider clock, TimeSpan bound)
{
    private static readonly TimeSpan Recheck = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly Dictionary<NamespacedName, Outstanding> _outstanding = [];

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _outstanding.Count;
            }
        }
    }

    /// <summary>An object that concerns this key has been written, or asked to be deleted.</summary>
    /// <param name="key">The key that is reconciled.</param>
    /// <param name="source">Which informer will tell.</param>
    /// <param name="written">The object written.</param>
    /// <param name="seen">Whether the informer has told.</param>
    public void Expect(NamespacedName key, EventSource source, NamespacedName written, Func<bool> seen)
    {
        lock (_gate)
        {
            if (!_outstanding.TryGetValue(key, out var outstanding))
            {
                _outstanding.Add(key, outstanding = new Outstanding());
            }

            // A later write of the same object takes the place of an earlier one.
            outstanding.Writes[(source, written)] = new Write(seen, clock.GetTimestamp());
        }
    }

    /// <summary>How long the reconciliation of a key has to be put off at most; <see langword="null"/> where it may go ahead.</summary>
    public TimeSpan? PutOff(NamespacedName key)
    {
        lock (_gate)
        {
            if (!Prune(key, out var outstanding))
            {
                return null;
            }

            outstanding.Waited = true;
            return Recheck;
        }
    }

    /// <summary>An informer has told of something that concerns this key.</summary>
    /// <returns>Whether a reconciliation that was put off may go ahead now.</returns>
    public bool Seen(NamespacedName key)
    {
        lock (_gate)
        {
            // Pruned even if nobody waits: a key that is not reconciled again must not be remembered for ever.
            return _outstanding.TryGetValue(key, out var before) && !Prune(key, out _) && before.Waited;
        }
    }

    private bool Prune(NamespacedName key, out Outstanding outstanding)
    {
        if (!_outstanding.TryGetValue(key, out outstanding!))
        {
            return false;
        }

        foreach (var (written, write) in outstanding.Writes)
        {
            // Bounded: an informer that cannot tell, because its server was set back in time, must not stop the controller.
            if (write.Seen() || clock.GetElapsedTime(write.At) > bound)
            {
                outstanding.Writes.Remove(written);
            }
        }

        if (outstanding.Writes.Count == 0)
        {
            _outstanding.Remove(key);
            return false;
        }

        return true;
    }

    private sealed class Outstanding
    {
        public Dictionary<(EventSource Source, NamespacedName Written), Write> Writes { get; } = [];

        public bool Waited { get; set; }
    }

    private readonly record struct Write(Func<bool> Seen, long At);
}
