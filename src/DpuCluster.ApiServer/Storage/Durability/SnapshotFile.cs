using System.Buffers.Binary;
using System.Collections.Immutable;

namespace DpuCluster.ApiServer.Storage.Durability;

/// <summary>All objects of a store at a revision.</summary>
internal sealed record StoreImage(long Revision, IReadOnlyList<(StoreCollection Collection, ImmutableSortedSet<StoredObject> Objects)> Collections);

/// <summary>A snapshot: a header, frames of states, and a last frame that says how many there are. Whole under its name, or not there at all.</summary>
internal static class SnapshotFile
{
    /// <summary>What a file is called while it is written.</summary>
    public const string Unfinished = ".new";

    private const byte End = 3;
    private const int FrameSize = 256 * 1024;

    /// <summary>Writes a snapshot, and gives it its name.</summary>
    /// <returns>Its length, bytes.</returns>
    public static long Write(IDataFiles files, StoreImage image, long sequence, CancellationToken cancellation)
    {
        var header = new FileHeader(FileKind.Snapshot, sequence, image.Revision, 0);
        var name = header.Name + Unfinished;
        try
        {
            var length = WriteContent(files, image, header, name, cancellation);
            files.Rename(name, header.Name);
            files.SyncDirectory();
            return length;
        }
        catch
        {
            // On a disk that is full, it must not stay in the way of the log.
            if (files.Names().Contains(name)) files.Delete(name);
            throw;
        }
    }

    private static long WriteContent(IDataFiles files, StoreImage image, FileHeader header, string name, CancellationToken cancellation)
    {
        long length = FileHeader.Size;
        using (var file = files.Create(name))
        {
            file.Append(header.ToBytes());
            var frame = new FrameBuffer();
            long count = 0;
            foreach (var (collection, objects) in image.Collections)
            {
                foreach (var obj in objects)
                {
                    LogRecord.Write(frame, collection, obj, obj.Revision, gone: false);
                    count++;
                    if (frame.Length < FrameSize) continue;
                    cancellation.ThrowIfCancellationRequested();
                    Flush();
                }
            }

            if (!frame.IsEmpty) Flush();
            frame.Byte(End);
            frame.Long(count);
            Flush();
            file.Sync();

            void Flush()
            {
                file.Append(frame.Seal(length));
                length += frame.Length;
                frame.Clear();
            }
        }

        return length;
    }

    /// <summary>Reads a snapshot.</summary>
    /// <exception cref="DataRefusedException">It is not whole.</exception>
    public static (FileHeader Header, long Length) Read(IDataFiles files, long sequence, List<LogRecord> objects)
    {
        var name = FileHeader.SnapshotName(sequence);
        using var stream = files.OpenRead(name);
        var header = FileHeader.Read(stream, files.Path, name, FileKind.Snapshot, sequence);
        var reader = new FrameReader(stream, stream.Length);
        while (true)
        {
            var at = reader.Offset;
            var records = reader.Next();
            if (records.IsEmpty) throw DataRefusedException.Corrupt(files.Path, name, at, reader.IsBroken ? "a block is damaged" : "its end is missing");
            if (records is [End, ..])
            {
                var count = BinaryPrimitives.ReadInt64LittleEndian(records[1..]);
                return count == objects.Count && reader.Offset == stream.Length
                    ? (header, stream.Length)
                    : throw DataRefusedException.Corrupt(files.Path, name, at, $"it has {objects.Count} objects of {count}");
            }

            try
            {
                while (!records.IsEmpty) objects.Add(LogRecord.Read(ref records));
            }
            catch (InvalidDataException exception)
            {
                throw DataRefusedException.Corrupt(files.Path, name, at, exception.Message);
            }
        }
    }
}
