using Microsoft.Extensions.Logging;

namespace DpuCluster.ApiServer.Storage.Durability;

/// <summary>
/// The files of a log: the one that is written, and those that come after it. Whoever writes is alone with them; snapshots are written beside, by
/// the pool, one at a time.
/// </summary>
internal sealed partial class LogFiles : IDisposable
{
    // Every start begins a file, however little is written into it.
    private const int MostLogs = 32;

    private readonly IDataFiles _files;
    private readonly ILogger _logger;
    private readonly long _least;
    private readonly CancellationTokenSource _stopping = new();
    private IDataFile _file;
    private long _sequence;
    private long _fileLength;
    private long _logLength;
    private long _compactAt;
    private Task _snapshot = Task.CompletedTask;

    /// <summary>Goes on behind what was recovered, in a new file.</summary>
    /// <param name="files">Where the files are.</param>
    /// <param name="recovered">What they come to.</param>
    /// <param name="logger">Where it is told what did not succeed, and harms nobody.</param>
    /// <param name="least">Length of log, bytes, up to which it is not long.</param>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public LogFiles(IDataFiles files, RecoveredState recovered, ILogger logger, long least)
    {
        (_files, _logger, _least) = (files, logger, least);
        _logLength = recovered.Length - recovered.SnapshotLength;
        _compactAt = recovered.LogCount < MostLogs ? Math.Max(least, recovered.SnapshotLength) : 0;
        var first = new FileHeader(FileKind.Log, recovered.LastSequence + 1, recovered.Revision, recovered.LastLength);
        _file = Prepare(first);
        Continue(_file, first);
    }

    /// <summary>Where the files are.</summary>
    public string Path => _files.Path;

    /// <summary>Whether a snapshot should take the place of the log. For any thread.</summary>
    public bool IsLong => Interlocked.Read(ref _logLength) >= Interlocked.Read(ref _compactAt) && _snapshot.IsCompleted;

    /// <summary>Writes commits, and makes them safe.</summary>
    public void Append(FrameBuffer commits)
    {
        _file.Append(commits.Seal(_fileLength));
        _file.Sync();
        _fileLength += commits.Length;
        Interlocked.Add(ref _logLength, commits.Length);
    }

    /// <summary>Of what was refused, nothing shall appear after a restart. Where the disk does not do this either, nothing is lost by trying.</summary>
    public void TakeBack()
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

    /// <summary>
    /// Goes on in a new file, and begins to write what the older ones come to into a snapshot. Where the new file cannot be made, the log goes
    /// on in the old one.
    /// </summary>
    /// <param name="image">What everything that was appended comes to.</param>
    /// <exception cref="IOException">Nobody knows which of the files would count after a restart.</exception>
    public void Compact(StoreImage image)
    {
        var next = new FileHeader(FileKind.Log, _sequence + 1, image.Revision, _fileLength);
        IDataFile file;
        try
        {
            file = Prepare(next);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            CompactionFailed(exception);
            return;
        }

        var former = _file;
        Continue(file, next);
        former.Dispose();
        var replaced = Interlocked.Read(ref _logLength);
        _snapshot = Task.Run(() => Replace(image, next.Sequence, replaced));
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _snapshot.Wait();
        _file.Dispose();
        _stopping.Dispose();
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

    /// <summary>A file with its header, under a name under which it does not count yet.</summary>
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

    /// <summary>Lets a file that was prepared count, and writes it from now on.</summary>
    private void Continue(IDataFile file, FileHeader header)
    {
        try
        {
            _files.Rename(header.Name + SnapshotFile.Unfinished, header.Name);
            _files.SyncDirectory();
        }
        catch
        {
            file.Dispose();
            throw;
        }

        (_file, _sequence, _fileLength) = (file, header.Sequence, FileHeader.Size);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Directory}: what was refused last may be there after a restart ({Reason})")]
    private static partial void NotTakenBack(ILogger logger, string directory, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Directory}: the log was not replaced by a snapshot, and goes on growing ({Reason})")]
    private static partial void NotCompacted(ILogger logger, string directory, string reason);
}
