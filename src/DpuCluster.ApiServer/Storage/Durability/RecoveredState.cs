using Microsoft.Extensions.Logging;

namespace DpuCluster.ApiServer.Storage.Durability;

/// <summary>What the files of a store come to: a state, and the changes after it.</summary>
internal sealed partial class RecoveredState
{
    private readonly List<LogRecord> _objects = [];
    private readonly List<LogRecord> _changes = [];

    private RecoveredState()
    {
    }

    /// <summary>The objects at <see cref="SnapshotRevision"/>.</summary>
    public IReadOnlyList<LogRecord> Objects => _objects;

    public long SnapshotRevision { get; private set; } = InitialRevision;

    /// <summary>Whether there was a snapshot: then of changes before it nothing is known.</summary>
    public bool HasSnapshot => SnapshotLength > 0;

    /// <summary>What happened after <see cref="SnapshotRevision"/>, in the order of revisions.</summary>
    public IReadOnlyList<LogRecord> Changes => _changes;

    /// <summary>The revision that the next one comes after; higher than any that a client can have seen.</summary>
    public long Revision { get; private set; } = InitialRevision;

    /// <summary>Whether revisions may be missing before <see cref="Revision"/>: of changes before it, nobody can be told the rest.</summary>
    public bool HasGap { get; private set; }

    /// <summary>Number of the newest log; 0 for none.</summary>
    public long LastSequence { get; private set; }

    /// <summary>How much of the newest log counts, bytes.</summary>
    public long LastLength { get; private set; }

    /// <summary>How many logs there are.</summary>
    public int LogCount { get; private set; }

    /// <summary>Length of all files that count, bytes.</summary>
    public long Length { get; private set; }

    /// <summary>Length of the snapshot, bytes; 0 for none.</summary>
    public long SnapshotLength { get; private set; }

    /// <summary>The revision of a store in which nothing has happened.</summary>
    public const long InitialRevision = 1;

    /// <summary>Reads the files of a store. Of the newest log, a tail that is torn or corrupt is left out with a warning.</summary>
    /// <exception cref="DataRefusedException">Something else is damaged or missing, or of a newer format.</exception>
    public static RecoveredState Read(IDataFiles files, ILogger logger)
    {
        var state = new RecoveredState();
        var names = files.Names();
        var logs = Numbers(names, FileHeader.LogName(0));
        var first = 1L;
        if (Numbers(names, FileHeader.SnapshotName(0)) is [.., var snapshot])
        {
            var (header, length) = SnapshotFile.Read(files, snapshot, state._objects);
            state.SnapshotRevision = state.Revision = header.Revision;
            state.Length = state.SnapshotLength = length;
            first = snapshot;
        }

        logs.RemoveAll(sequence => sequence < first);
        if (logs.Count == 0 && first == 1) return state;
        for (var i = 0; i < Math.Max(1, logs.Count); i++)
        {
            if (i >= logs.Count || logs[i] != first + i) throw DataRefusedException.Missing(files.Path, FileHeader.LogName(first + i));
        }

        for (var i = 0; i < logs.Count; i++) state.ReadLog(files, logs[i], i + 1 < logs.Count, logger);
        return state;
    }

    /// <summary>Removes what no recovery needs any longer: files from before the newest snapshot, and unfinished ones.</summary>
    public static void RemoveObsolete(IDataFiles files)
    {
        var names = files.Names();
        var obsolete = names.Where(name => name.EndsWith(SnapshotFile.Unfinished, StringComparison.Ordinal)).ToList();
        if (Numbers(names, FileHeader.SnapshotName(0)) is [.. var older, var newest])
        {
            obsolete.AddRange(older.Select(FileHeader.SnapshotName));
            obsolete.AddRange(Numbers(names, FileHeader.LogName(0)).Where(sequence => sequence < newest).Select(FileHeader.LogName));
        }

        foreach (var name in obsolete) files.Delete(name);
    }

    private void ReadLog(IDataFiles files, long sequence, bool isFollowed, ILogger logger)
    {
        var name = FileHeader.LogName(sequence);
        using var stream = files.OpenRead(name);
        var header = FileHeader.Read(stream, files.Path, name, FileKind.Log, sequence);
        if (LastSequence == 0 ? header.Revision != Revision : header.Revision < Revision)
        {
            throw DataRefusedException.Corrupt(files.Path, name, 0, $"it begins after revision {header.Revision}, and what is before it ends with {Revision}");
        }

        HasGap |= header.Revision != Revision;
        Revision = header.Revision;
        var end = stream.Length;
        if (isFollowed)
        {
            // What counts of this one, the next one knows.
            var nextName = FileHeader.LogName(sequence + 1);
            using var next = files.OpenRead(nextName);
            end = FileHeader.Read(next, files.Path, nextName, FileKind.Log, sequence + 1).PreviousLength;
            if (end > stream.Length) throw DataRefusedException.Corrupt(files.Path, name, stream.Length, $"it had {end} bytes once");
        }

        var reader = new FrameReader(stream, end);
        while (ReadFrame(files, name, reader))
        {
        }

        if (reader.IsBroken)
        {
            if (isFollowed || reader.IsFollowed()) throw DataRefusedException.Corrupt(files.Path, name, reader.Offset, "a block is damaged, and what follows it is whole");
            var cut = end - reader.Offset;
            Cut(logger, Path.Combine(files.Path, name), reader.Offset, cut);

            // Less revisions were lost than bytes; none of them may be given out again.
            Revision += cut;
            HasGap = true;
        }

        LastSequence = sequence;
        LogCount++;
        LastLength = reader.Offset;
        Length += reader.Offset;
    }

    private bool ReadFrame(IDataFiles files, string name, FrameReader reader)
    {
        var at = reader.Offset;
        var records = reader.Next();
        if (records.IsEmpty) return false;
        try
        {
            while (!records.IsEmpty)
            {
                var record = LogRecord.Read(ref records);
                if (record.Revision != Revision + 1) throw new InvalidDataException($"revision {record.Revision} comes after {Revision}");
                Revision++;
                _changes.Add(record);
            }
        }
        catch (InvalidDataException exception)
        {
            throw DataRefusedException.Corrupt(files.Path, name, at, exception.Message);
        }

        return true;
    }

    /// <summary>The numbers of the files of one kind, in their order.</summary>
    private static List<long> Numbers(IEnumerable<string> names, string pattern)
    {
        var prefix = pattern[..(pattern.IndexOf('-', StringComparison.Ordinal) + 1)];
        var numbers = new List<long>();
        foreach (var name in names)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) && name.Length == pattern.Length && long.TryParse(name.AsSpan(prefix.Length), out var number)) numbers.Add(number);
        }

        numbers.Sort();
        return numbers;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{File}: cut at byte {Offset}: the {Bytes} bytes behind it are no whole block. A write that was under way when the process or the machine stopped leaves this behind; if neither did, the disk has lost writes")]
    private static partial void Cut(ILogger logger, string file, long offset, long bytes);
}
