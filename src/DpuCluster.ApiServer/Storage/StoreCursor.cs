namespace DpuCluster.ApiServer.Storage;

/// <summary>One watch's place in the changes of a collection.</summary>
internal sealed class StoreCursor : IDisposable
{
    private readonly StoreCollection _collection;
    private readonly ObjectStore _store;
    private readonly CancellationTokenSource _cutOff = new();
    private StoreChange _at;

    internal StoreCursor(ObjectStore store, StoreCollection collection, StoreChange start)
    {
        _store = store;
        _collection = collection;
        _at = start;
        collection.Register(this);
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

    /// <summary>Completes when there may be something to read.</summary>
    /// <param name="most">How long it waits at most.</param>
    /// <param name="clock">Measures it.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="TimeoutException">There was nothing for so long.</exception>
    public Task WaitAsync(TimeSpan most, TimeProvider clock, CancellationToken cancellation)
    {
        var signal = _collection.Changed.Next;
        return _at.NextInCollection is not null ? Task.CompletedTask : signal.WaitAsync(most, clock, cancellation);
    }

    /// <summary>Ends the watch. What follows from it happens on another thread: this is called by a writer that holds the store's lock.</summary>
    internal void CutOff() => _ = _cutOff.CancelAsync();

    public void Dispose()
    {
        _collection.Unregister(this);
        _cutOff.Dispose();
    }
}
