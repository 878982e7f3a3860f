namespace DpuCluster.Controllers.Queue;

/// <summary>Keys that come due later, each at the earliest time that was asked for; one timer for all of them.</summary>
internal sealed class DelayedKeys<TKey> : IDisposable
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<TKey, long> _byTime = new();
    private readonly Dictionary<TKey, long> _due = [];
    private readonly TimeProvider _clock;
    private readonly Action<TKey> _add;
    private readonly ITimer _timer;
    private long _armedFor = long.MaxValue;
    private bool _disposed;

    public DelayedKeys(TimeProvider clock, Action<TKey> add)
    {
        _clock = clock;
        _add = add;
        _timer = clock.CreateTimer(static self => ((DelayedKeys<TKey>)self!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _due.Count;
            }
        }
    }

    public void Add(TKey key, TimeSpan delay)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            var due = _clock.GetTimestamp() + (long)(delay.TotalSeconds * _clock.TimestampFrequency);
            if (_due.TryGetValue(key, out var already) && already <= due)
            {
                return;
            }

            // A later entry of the same key stays in the heap, and is passed over when it comes up.
            _due[key] = due;
            _byTime.Enqueue(key, due);
            Arm();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _due.Clear();
            _byTime.Clear();
        }

        _timer.Dispose();
    }

    private void Tick()
    {
        List<TKey>? ready = null;
        lock (_gate)
        {
            _armedFor = long.MaxValue;
            var now = _clock.GetTimestamp();
            while (_byTime.TryPeek(out var key, out var due) && due <= now)
            {
                _byTime.Dequeue();
                if (_due.TryGetValue(key, out var current) && current == due)
                {
                    _due.Remove(key);
                    (ready ??= []).Add(key);
                }
            }

            Arm();
        }

        foreach (var key in ready ?? [])
        {
            _add(key);
        }
    }

    private void Arm()
    {
        while (_byTime.TryPeek(out var key, out var due))
        {
            if (!_due.TryGetValue(key, out var current) || current != due)
            {
                _byTime.Dequeue();
                continue;
            }

            if (due < _armedFor && !_disposed)
            {
                _armedFor = due;

                // Rounded up to a whole millisecond: a timer that fires too early would find nothing due.
                var wait = Math.Ceiling((due - _clock.GetTimestamp()) * 1000.0 / _clock.TimestampFrequency);
                _timer.Change(TimeSpan.FromMilliseconds(Math.Clamp(wait, 0, 0xfffffff0)), Timeout.InfiniteTimeSpan);
            }

            return;
        }
    }
}
