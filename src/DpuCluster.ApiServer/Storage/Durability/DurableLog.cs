using Microsoft.Extensions.Logging;

namespace DpuCluster.ApiServer.Storage.Durability;

/// <summary>
/// Keeps every commit in files. One thread at a time writes, that of a commit itself where nobody does: so nobody has to be woken between a
/// commit and its answer. All commits that came while a flush was under way are written and made safe together, by the pool. When the
/// log is long, a snapshot takes its place.
/// </summary>
internal sealed partial class DurableLog : IStoreLog, IThreadPoolWorkItem, IDisposable
{
    // Every start begins a file, however little is written into it.
    private const int MostLogs = 32;

    private readonly IDataFiles _files;
    private readonly ILogger _logger;
    private readonly long _least;
    private readonly object _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private ILoggedStore? _store;
    private Batch _open = new(new FrameBuffer());
    private Batch _spare = new(new FrameBuffer());
    private Batch? _writing;
    private IDataFile _file;
    private long _sequence;
    private long _fileLength;
    private long _logLength;
    private long _compactAt;
    private long _safe;
    private volatile StoreFailedException? _failure;
    private Task _snapshot = Task.CompletedTask;

    // Whether there is a thread, or will be one, that writes what is queued: the files are its alone.
    private bool _isWritten;

    /// <summary>Goes on behind what was recovered, in a new file.</summary>
    /// <param name="files">Where the files are.</param>
    /// <param name="recovered">What they come to.</param>
    /// <param name="logger">Where compactions that fail, and the end of all writing, are told.</param>
    /// <param name="least">Length of log, bytes, up to which there is no compaction. From there on, it is not longer than the snapshot for long.</param>
    public DurableLog(IDataFiles files, RecoveredState recovered, ILogger logger, long least = 16 * 1024 * 1024)
    {
        (_files, _logger, _least) = (files, logger, least);
        _safe = recovered.Revision;
        _sequence = recovered.LastSequence;
        _fileLength = recovered.LastLength;
        _logLength = recovered.Length - recovered.SnapshotLength;
        _compactAt = recovered.LogCount < MostLogs ? Math.Max(least, recovered.SnapshotLength) : 0;
        _file = Begin();
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

        _stopping.Cancel();
        _snapshot.Wait();
        _file.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Goes on where the thread of a commit has ended: with what has been queued meanwhile, and with the snapshot.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        do
        {
            lock (_gate) TakeOpen();
            if (!TryWrite() || (IsLong && !TryCompact()))
            {
                End();
                return;
            }
        }
        while (!IsDone());
    }

    private bool IsLong => Interlocked.Read(ref _logLength) >= Interlocked.Read(ref _compactAt) && _snapshot.IsCompleted;

    /// <summary>Whether there is nothing to write; then this thread is the one that writes no more.</summary>
    private bool IsDone()
    {
        lock (_gate)
        {
            if (!_open.Buffer.IsEmpty || IsLong) return false;
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
            if (!batch.Buffer.IsEmpty)
            {
                _file.Append(batch.Buffer.Seal(_fileLength));
                _file.Sync();
                _fileLength += batch.Buffer.Length;
                Interlocked.Add(ref _logLength, batch.Buffer.Length);
            }

            _store!.Publish(batch.LastRevision);
        }
        catch (Exception exception)
        {
            // Whatever it is, and be it a fault of ours: nobody may wait for a write that nobody does any more, or take for safe what is not.
            Fail(exception);
            TakeBack();
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

    /// <summary>Of what was refused, nothing shall appear after a restart. Where the disk does not do this either, nothing is lost by trying.</summary>
    private void TakeBack()
    {
        try
        {
            _file.Truncate(_fileLength);
            _file.Sync();
        }
        catch (Exception exception)
        {
            NotTakenBack(_logger, _files.Path, exception.Message);
        }
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

    /// <summary>Goes on in a new file, and writes what the older ones come to into a snapshot.</summary>
    /// <returns>Whether there is anything more to do: not after an error in a place where nobody knows which file counts.</returns>
    private bool TryCompact()
    {
        var image = _store!.Capture(() =>
        {
            lock (_gate) TakeOpen();
        });
        if (!TryWrite()) return false;
        var next = new FileHeader(FileKind.Log, _sequence + 1, image.Revision, _fileLength);
        IDataFile file;
        try
        {
            file = Prepare(next);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            CompactionFailed(exception);
            return true;
        }

        try
        {
            Install(next);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            file.Dispose();
            Fail(exception);
            return false;
        }

        _file.Dispose();
        (_file, _sequence, _fileLength) = (file, next.Sequence, FileHeader.Size);
        var replaced = Interlocked.Read(ref _logLength);
        _snapshot = Task.Run(() => Replace(image, next.Sequence, replaced));
        return true;
    }

    /// <summary>Puts a snapshot in the place of the logs before one.</summary>
    private void Replace(StoreImage image, long sequence, long replaced)
    {
        try
        {
            var length = SnapshotFile.Write(_files, image, sequence, _stopping.Token);
            RecoveredState.RemoveObsolete(_files);
            Interlocked.Exchange(ref _compactAt, Math.Max(_least, length));
            Interlocked.Add(ref _logLength, -replaced);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The logs are all there still.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            CompactionFailed(exception);
        }
    }

    private void CompactionFailed(Exception exception)
    {
        // The logs are all there, and the store goes on; the next attempt comes when they have grown by as much again.
        Interlocked.Exchange(ref _compactAt, Interlocked.Read(ref _logLength) + _least);
        NotCompacted(_logger, _files.Path, exception.Message);
    }

    /// <summary>Begins a new file behind the ones that there are.</summary>
    private IDataFile Begin()
    {
        var next = new FileHeader(FileKind.Log, _sequence + 1, _safe, _fileLength);
        var file = Prepare(next);
        try
        {
            Install(next);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        (_sequence, _fileLength) = (next.Sequence, FileHeader.Size);
        return file;
    }

    private IDataFile Prepare(FileHeader header)
    {
        var file = _files.Create(header.Name + SnapshotFile.Unfinished);
        try
        {
            file.Append(header.ToBytes());
            file.Sync();
            return file;
        }
        catch
        {
            // What is left of it goes with the next compaction, or the next start.
            file.Dispose();
            throw;
        }
    }

    private void Install(FileHeader header)
    {
        _files.Rename(header.Name + SnapshotFile.Unfinished, header.Name);
        _files.SyncDirectory();
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Directory}: what was refused last may be there after a restart ({Reason})")]
    private static partial void NotTakenBack(ILogger logger, string directory, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Directory}: the log was not replaced by a snapshot, and goes on growing ({Reason})")]
    private static partial void NotCompacted(ILogger logger, string directory, string reason);
}
