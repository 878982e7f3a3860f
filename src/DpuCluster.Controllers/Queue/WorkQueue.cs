using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace DpuCluster.Controllers.Queue;

/// <summary>
/// Keys that wait for a worker. A key is in it once however often it is added, is never with two workers at a time, and when
/// added while a worker has it, comes again after that. First in, first out, so that a key that is added without end does not
/// keep others waiting. Safe for use from many threads; never blocks.
/// </summary>
/// <typeparam name="TKey">What is queued.</typeparam>
public sealed class WorkQueue<TKey> : IDisposable
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Channel<TKey> _ready = Channel.CreateUnbounded<TKey>();
    private readonly Dictionary<TKey, long> _dirty = [];
    private readonly Dictionary<TKey, long> _processing = [];
    private readonly DelayedKeys<TKey> _delayed;
    private readonly RetryBackoff<TKey> _backoff;
    private readonly TimeProvider _clock;
    private readonly WorkQueueMetrics? _metrics;
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _shutDown;

    /// <summary>Makes an empty queue.</summary>
    /// <param name="options">Back-off; <see langword="null"/> for the defaults.</param>
    /// <param name="clock">Clock of delays; <see langword="null"/> for the system's.</param>
    public WorkQueue(WorkQueueOptions? options = null, TimeProvider? clock = null)
        : this(options, clock, metrics: null)
    {
    }

    internal WorkQueue(WorkQueueOptions? options, TimeProvider? clock, WorkQueueMetrics? metrics)
    {
        _clock = clock ?? TimeProvider.System;
        _backoff = new RetryBackoff<TKey>(options ?? new WorkQueueOptions(), _clock);
        _delayed = new DelayedKeys<TKey>(_clock, Add);
        _metrics = metrics;
        _metrics?.Observe(() => Count, UnfinishedWork);
    }

    /// <summary>Keys that wait for a worker; without those that wait for a time to come.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _dirty.Count - _dirty.Keys.Count(_processing.ContainsKey);
            }
        }
    }

    /// <summary>Keys that wait for a time to come.</summary>
    public int DelayedCount => _delayed.Count;

    /// <summary>Keys that failed and have not succeeded since.</summary>
    public int FailingCount => _backoff.Count;

    /// <summary>Puts a key into the queue, unless it waits there already.</summary>
    public void Add(TKey key)
    {
        lock (_gate)
        {
            if (_shutDown || !_dirty.TryAdd(key, _clock.GetTimestamp()))
            {
                return;
            }

            _metrics?.Added();
            if (!_processing.ContainsKey(key))
            {
                _ready.Writer.TryWrite(key);
            }
        }
    }

    /// <summary>Puts a key into the queue later. Of several times asked for, the earliest counts.</summary>
    /// <param name="key">The key.</param>
    /// <param name="delay">How much later; zero or less for at once.</param>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            Add(key);
            return;
        }

        _delayed.Add(key, delay);
    }

    /// <summary>Puts a key that failed into the queue again after its back-off.</summary>
    /// <returns>How long it waits.</returns>
    public TimeSpan AddAfterFailure(TKey key)
    {
        _metrics?.Retried();
        var delay = _backoff.Failed(key);
        AddAfter(key, delay);
        return delay;
    }

    /// <summary>A key succeeded: its next failure waits as if it were the first.</summary>
    public void Succeeded(TKey key) => _backoff.Forget(key);

    /// <summary>How often a key has failed since it last succeeded.</summary>
    public int Failures(TKey key) => _backoff.Failures(key);

    /// <summary>Waits for a key. Whoever takes one gives it back with <see cref="Done"/>.</summary>
    /// <returns>A key; nothing after <see cref="ShutDown"/>.</returns>
    [SuppressMessage("Reliability", "CA2016", Justification = "The token is passed on.")]
    public async ValueTask<Taken<TKey>?> TakeAsync(CancellationToken cancellation)
    {
        while (await _ready.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
        {
            cancellation.ThrowIfCancellationRequested();
            lock (_gate)
            {
                if (_shutDown)
                {
                    return null;
                }

                if (_ready.Reader.TryRead(out var key) && _dirty.Remove(key, out var added))
                {
                    var now = _clock.GetTimestamp();
                    _processing.Add(key, now);
                    _metrics?.Took(_clock.GetElapsedTime(added, now));
                    return new Taken<TKey>(key);
                }
            }
        }

        return null;
    }

    /// <summary>A worker has finished with a key. If it was added meanwhile it waits for a worker again.</summary>
    public void Done(TKey key)
    {
        lock (_gate)
        {
            if (!_processing.Remove(key, out var started))
            {
                return;
            }

            _metrics?.Finished(_clock.GetElapsedTime(started));
            if (_dirty.ContainsKey(key) && !_shutDown)
            {
                _ready.Writer.TryWrite(key);
            }

            if (_shutDown && _processing.Count == 0)
            {
                _idle.TrySetResult();
            }
        }
    }

    /// <summary>Gives out no more keys and takes none in.</summary>
    /// <returns>Ends when no worker has a key any more.</returns>
    public Task ShutDown()
    {
        lock (_gate)
        {
            _shutDown = true;
            _ready.Writer.TryComplete();
            if (_processing.Count == 0)
            {
                _idle.TrySetResult();
            }
        }

        _delayed.Dispose();
        return _idle.Task;
    }

    /// <inheritdoc/>
    public void Dispose() => _ = ShutDown();

    private (double Sum, double Longest) UnfinishedWork()
    {
        lock (_gate)
        {
            double sum = 0, longest = 0;
            foreach (var started in _processing.Values)
            {
                var seconds = _clock.GetElapsedTime(started).TotalSeconds;
                sum += seconds;
                longest = Math.Max(longest, seconds);
            }

            return (sum, longest);
        }
    }
}

/// <summary>A key that a worker has taken.</summary>
/// <typeparam name="TKey">What is queued.</typeparam>
/// <param name="Key">The key.</param>
public readonly record struct Taken<TKey>(TKey Key);
