namespace DpuCluster.Controllers.Queue;

/// <summary>
/// How long a key waits after a failure: per key exponential, and over all keys no more than so many a second, so that a
/// thousand keys that fail together do not come back together.
/// </summary>
internal sealed class RetryBackoff<TKey>(WorkQueueOptions options, TimeProvider clock)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly Random _random = options.Seed is { } seed ? new Random(seed) : new Random();
    private readonly long _start = clock.GetTimestamp();

    // The bucket as a time: when the next retry is due if none were in hand.
    private double _nextFree = double.NegativeInfinity;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _failures.Count;
            }
        }
    }

    public TimeSpan Failed(TKey key)
    {
        lock (_gate)
        {
            var failures = _failures.GetValueOrDefault(key);
            _failures[key] = failures + 1;
            var seconds = Math.Min(options.FirstDelay.TotalSeconds * Math.Pow(2, Math.Min(failures, 62)), options.MaxDelay.TotalSeconds);

            // Up to a fifth less, so that keys that failed at one moment drift apart.
            seconds *= 1 - (0.2 * _random.NextDouble());
            return TimeSpan.FromSeconds(Math.Max(seconds, Reserve()));
        }
    }

    public void Forget(TKey key)
    {
        lock (_gate)
        {
            _failures.Remove(key);
        }
    }

    public int Failures(TKey key)
    {
        lock (_gate)
        {
            return _failures.GetValueOrDefault(key);
        }
    }

    private double Reserve()
    {
        var now = clock.GetElapsedTime(_start).TotalSeconds;
        var interval = 1 / options.RetriesPerSecond;
        _nextFree = Math.Max(_nextFree, now - ((options.RetryBurst - 1) * interval));
        var wait = _nextFree - now;
        _nextFree += interval;
        return Math.Max(0, wait);
    }
}
