using System.Threading.Tasks.Sources;

namespace DpuCluster.ApiServer.Storage;

/// <summary>One watch's place in the changes of a collection. One reader at a time; <see cref="Wake"/> and <see cref="Interrupt"/> are for all.</summary>
internal sealed class StoreCursor : IValueTaskSource<bool>, IDisposable
{
    private readonly StoreCollection _collection;
    private readonly ObjectStore _store;
    private readonly CancellationTokenSource _cutOff = new();
    private ManualResetValueTaskSourceCore<bool> _wait;
    private StoreChange _at;
    private int _isWaiting;
    private int _isInterrupted;

    internal StoreCursor(ObjectStore store, StoreCollection collection, StoreChange start)
    {
        _store = store;
        _collection = collection;
        _at = start;
        collection.Cursors.Add(this);
    }

    /// <summary>How far it has read.</summary>
    public long Sequence => Volatile.Read(ref _at).Sequence;

    /// <summary>Cancelled when it reads so slowly that the changes which it has yet to read would have to be kept for it alone.</summary>
    public CancellationToken WhenCutOff => _cutOff.Token;

    /// <summary>The next change, or null when there is none yet; then <paramref name="caughtUpTo"/> is the revision up to which there was nothing more.</summary>
    public StoreChange? TryRead(out long caughtUpTo)
    {
        caughtUpTo = _store.PublishedRevision;
        var next = _at.NextInCollection;
        if (next is not null) Volatile.Write(ref _at, next);
        return next;
    }

    /// <summary>
    /// Completes when there may be something to read, or after <see cref="Interrupt"/>. To be awaited before it is called again; who
    /// awaits goes on on the thread that wakes it, which has others to wake too.
    /// </summary>
    /// <returns>Whether it was interrupted.</returns>
    public ValueTask<bool> WaitAsync()
    {
        _wait.Reset();

        // First it says that it waits, then it looks: what comes in between is either seen here or wakes it.
        Interlocked.Exchange(ref _isWaiting, 1);
        var interrupted = Volatile.Read(ref _isInterrupted) == 1;
        if ((interrupted || _at.NextInCollection is not null) && Interlocked.Exchange(ref _isWaiting, 0) == 1)
        {
            if (interrupted) Volatile.Write(ref _isInterrupted, 0);
            return ValueTask.FromResult(interrupted);
        }

        return new ValueTask<bool>(this, _wait.Version);
    }

    /// <summary>Lets it go on if it waits: there is something to read.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _isWaiting, 0) == 1) _wait.SetResult(false);
    }

    /// <summary>Lets it go on whether there is something to read or not; when it does not wait now, the next wait ends at once.</summary>
    public void Interrupt()
    {
        Interlocked.Exchange(ref _isInterrupted, 1);
        if (Interlocked.Exchange(ref _isWaiting, 0) == 0) return;
        Volatile.Write(ref _isInterrupted, 0);
        _wait.SetResult(true);
    }

    /// <summary>Ends the watch. What follows from it happens on another thread: this is called by a writer that holds the store's lock.</summary>
    internal void CutOff() => _ = _cutOff.CancelAsync();

    public void Dispose()
    {
        _collection.Cursors.Remove(this);
        _cutOff.Dispose();
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);
}
