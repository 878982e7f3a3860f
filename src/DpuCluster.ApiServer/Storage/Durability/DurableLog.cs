using Microsoft.Extensions.Logging;

namespace DpuCluster.ApiServer.Storage.Durability;

/// <summary>
/// Keeps every commit in files. One thread at a time writes, that of a commit itself where nobody does: so nobody has to be woken between a
/// commit and its answer. All commits that came while a flush was under way are written and made safe together, by the pool. When the
/// log is long, a snapshot takes its place.
/// </summary>
internal sealed partial class DurableLog : IStoreLog, IThreadPoolWorkItem, IDisposable
{
    private readonly LogFiles _files;
    private readonly ILogger _logger;
    private readonly object _gate = new();
    private ILoggedStore? _store;
    private Batch _open = new(new FrameBuffer());
    private Batch _spare = new(new FrameBuffer());
    private Batch? _writing;
    private long _safe;
    private volatile StoreFailedException? _failure;

    // Whether there is a thread, or will be one, that writes what is queued: the files are its alone.
    private bool _isWritten;

    /// <summary>Goes on behind what was recovered, in a new file.</summary>
    /// <param name="files">Where the files are.</param>
    /// <param name="recovered">What they come to.</param>
    /// <param name="logger">Where compactions that fail, and the end of all writing, are told.</param>
    /// <param name="least">Length of log, bytes, up to which there is no compaction. From there on, it is not longer than the snapshot for long.</param>
    public DurableLog(IDataFiles files, RecoveredState recovered, ILogger logger, long least = 16 * 1024 * 1024)
    {
        _logger = logger;
        _safe = recovered.Revision;
        _files = new LogFiles(files, recovered, logger, least);
    }

    /// <inheritdoc/>
    public bool IsImmediate => false;

    /// <inheritdoc/>
    public StoreFailedException? Failure => _failure;

    /// <summary>Begins to keep what is committed.</summary>
    /// <param name="store">Whose commits it keeps.</param>
    public void Start(ILoggedStore store) => _store = store;

    /// <inheritdoc/>
    public void Append(StoreChange change)
    {
        lock (_gate)
        {
            LogRecord.Write(_open.Buffer, change.Collection, (change.Current ?? change.Previous)!, change.Revision, gone: change.Current is null);
            _open.LastRevision = change.Revision;
        }
    }

    /// <inheritdoc/>
    public Task FlushAsync(long revision)
    {
        lock (_gate)
        {
            if (revision <= _safe) return Task.CompletedTask;
            if (_failure is { } failure) return Task.FromException(failure);
            if (_isWritten) return _writing is { } writing && revision <= writing.LastRevision ? writing.Done.Task : _open.Done.Task;
            _isWritten = true;
            TakeOpen();
        }

        if (!TryWrite())
        {
            End();
            return Task.FromException(_failure!);
        }

        if (!IsDone()) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return Task.CompletedTask;
    }

    /// <summary>Writes what is left, and ends.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            while (_isWritten) Monitor.Wait(_gate);
            _isWritten = true;
        }

        while (TakeLast() && TryWrite())
        {
        }

        _files.Dispose();
    }

    /// <summary>Goes on where the thread of a commit has ended: with what has been queued meanwhile, and with the snapshot.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        do
        {
            lock (_gate) TakeOpen();
            if (!TryWrite() || (_files.IsLong && !TryCompact()))
            {
                End();
                return;
            }
        }
        while (!IsDone());
    }

    /// <summary>Whether there is nothing to write; then this thread is the one that writes no more.</summary>
    private bool IsDone()
    {
        lock (_gate)
        {
            if (!_open.Buffer.IsEmpty || _files.IsLong) return false;
            End();
            return true;
        }
    }

    private void End()
    {
        lock (_gate)
        {
            _isWritten = false;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>The same as <see cref="TakeOpen"/> at the end: when nothing is queued, nothing will be.</summary>
    private bool TakeLast()
    {
        lock (_gate)
        {
            if (_failure is not null) return false;
            if (_open.Buffer.IsEmpty)
            {
                _failure = new StoreFailedException(_files.Path, new IOException("the server has ended"));
                return false;
            }

            TakeOpen();
            return true;
        }
    }

    /// <summary>What is queued is to be written next; what comes from now on is queued anew. Under the gate.</summary>
    private void TakeOpen() => (_writing, _open) = (_open, _spare);

    /// <summary>Writes what was taken, and tells those who wait for it.</summary>
    /// <returns>Whether there is anything more to do: not after an error.</returns>
    private bool TryWrite()
    {
        var batch = _writing!;
        try
        {
            if (!batch.Buffer.IsEmpty) _files.Append(batch.Buffer);
            _store!.Publish(batch.LastRevision);
        }
        catch (Exception exception)
        {
            // Whatever it is, and be it a fault of ours: nobody may wait for a write that nobody does any more, or take for safe what is not.
            Fail(exception);
            _files.TakeBack();
            return false;
        }

        TaskCompletionSource done;
        lock (_gate)
        {
            _safe = Math.Max(_safe, batch.LastRevision);
            done = batch.Done;
            batch.Renew();
            (_spare, _writing) = (batch, null);
        }

        done.SetResult();
        _store.WakeReaders();
        return true;
    }

    private void Fail(Exception exception)
    {
        Failed(_logger, exception, _files.Path);
        var failure = new StoreFailedException(_files.Path, exception);
        var waiting = new List<TaskCompletionSource>();
        lock (_gate)
        {
            _failure = failure;
            if (_writing is not null) waiting.Add(_writing.Done);
            waiting.Add(_open.Done);
        }

        foreach (var one in waiting)
        {
            one.SetException(failure);

            // Perhaps nobody waits for it.
            _ = one.Task.Exception;
        }
    }

    /// <summary>Goes on in a new file, and has a snapshot take the place of the older ones.</summary>
    /// <returns>Whether there is anything more to do: not after an error in a place where nobody knows which file counts.</returns>
    private bool TryCompact()
    {
        var image = _store!.Capture(() =>
        {
            lock (_gate) TakeOpen();
        });
        if (!TryWrite()) return false;
        try
        {
            _files.Compact(image);
            return true;
        }
        catch (Exception exception)
        {
            // As where commits are written: whatever it is, nobody may go on waiting.
            Fail(exception);
            return false;
        }
    }

    /// <summary>Commits that are written together, and those who wait for them.</summary>
    private sealed class Batch(FrameBuffer buffer)
    {
        public FrameBuffer Buffer { get; } = buffer;

        public TaskCompletionSource Done { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long LastRevision { get; set; }

        public void Renew()
        {
            Buffer.Clear();
            Done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Directory} cannot be written any more: every write is refused until the server is started again")]
    private static partial void Failed(ILogger logger, Exception exception, string directory);
}
