using DpuCluster.Controllers.Queue;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Controllers.Reconciling;

/// <summary>
/// What a controller wrote and its informers have not told of yet. A key for which something is outstanding is not reconciled:
/// the decision would be taken on what is known to be old. What never shows is given up after a while, and its key reconciled
/// anew: the server may have been set back to before the write, and then no informer tells of a change.
/// </summary>
internal sealed class Expectations : IDisposable
{
    private static readonly TimeSpan Recheck = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly Dictionary<NamespacedName, Outstanding> _outstanding = [];
    private readonly TimeProvider _clock;
    private readonly TimeSpan _bound;
    private readonly Action<NamespacedName> _again;
    private readonly DelayedKeys<NamespacedName> _checks;

    /// <summary>Expects nothing yet.</summary>
    /// <param name="clock">Clock of the bound.</param>
    /// <param name="bound">How long a write may take to show.</param>
    /// <param name="again">Called with a key that is to be reconciled because a write never showed.</param>
    public Expectations(TimeProvider clock, TimeSpan bound, Action<NamespacedName> again)
    {
        (_clock, _bound, _again) = (clock, bound, again);
        _checks = new DelayedKeys<NamespacedName>(clock, Check);
    }

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
            outstanding.Writes[(source, written)] = new Write(seen, _clock.GetTimestamp());
            _checks.Add(key, _bound);
        }
    }

    /// <summary>How long the reconciliation of a key has to be put off at most; <see langword="null"/> where it may go ahead.</summary>
    public TimeSpan? PutOff(NamespacedName key)
    {
        lock (_gate)
        {
            if (Prune(key) is not { Writes.Count: > 0 } outstanding)
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
            return Prune(key) is { Writes.Count: 0, Waited: true };
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _checks.Dispose();

    private void Check(NamespacedName key)
    {
        lock (_gate)
        {
            if (Prune(key) is not { } outstanding)
            {
                return;
            }

            if (outstanding.Writes.Count > 0)
            {
                _checks.Add(key, _bound - outstanding.Writes.Values.Max(write => _clock.GetElapsedTime(write.At)));
                return;
            }

            if (!outstanding.Waited)
            {
                return;
            }
        }

        _again(key);
    }

    // Forgets what was seen or given up; of a key for which nothing is left, everything.
    private Outstanding? Prune(NamespacedName key)
    {
        if (!_outstanding.TryGetValue(key, out var outstanding))
        {
            return null;
        }

        foreach (var (written, write) in outstanding.Writes)
        {
            var seen = write.Seen();

            // Bounded: an informer that cannot tell, because its server was set back in time, must not stop the controller.
            if (seen || _clock.GetElapsedTime(write.At) >= _bound)
            {
                outstanding.Writes.Remove(written);
                outstanding.Waited |= !seen;
            }
        }

        if (outstanding.Writes.Count == 0)
        {
            _outstanding.Remove(key);
        }

        return outstanding;
    }

    private sealed class Outstanding
    {
        public Dictionary<(EventSource Source, NamespacedName Written), Write> Writes { get; } = [];

        /// <summary>Whether the key is to be reconciled when nothing is outstanding any more: it was put off, or a write was given up.</summary>
        public bool Waited { get; set; }
    }

    private readonly record struct Write(Func<bool> Seen, long At);
}
