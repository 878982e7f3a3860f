using System.Buffers.Binary;

namespace DpuCluster.ApiServer.Storage.Durability;

/// <summary>
/// How a log or a snapshot begins: what it is, which format it has, and where it belongs. 48 bytes in every format; little-endian:
/// 8 magic, 4 format, 4 kind, 8 sequence, 8 revision, 8 length of the log before, 4 zero, 4 CRC-32C of all before.
/// </summary>
/// <param name="Kind">What the file is.</param>
/// <param name="Sequence">Logs are numbered from 1 on; a snapshot has the number of the log that goes on behind it.</param>
/// <param name="Revision">The revision of the store before the first record of a log; of a snapshot, the one that it is the state of.</param>
/// <param name="PreviousLength">How much of the log before counts, bytes: what stands behind was never acknowledged, or is lost.</param>
internal readonly record struct FileHeader(FileKind Kind, long Sequence, long Revision, long PreviousLength)
{
    public const int Size = 48;

    /// <summary>The newest format that this program reads, and the one that it writes.</summary>
    public const uint Format = 1;

    private static ReadOnlySpan<byte> Magic => "DPUSTORE"u8;

    /// <summary>Name of the file.</summary>
    public string Name => Kind == FileKind.Log ? LogName(Sequence) : SnapshotName(Sequence);

    public static string LogName(long sequence) => $"log-{sequence:d12}";

    public static string SnapshotName(long sequence) => $"snapshot-{sequence:d12}";

    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Format);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), (uint)Kind);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), Revision);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), PreviousLength);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(44), Checksum.Of(0, bytes.AsSpan(0, 44)));
        return bytes;
    }

    /// <summary>Reads the header of a file, which must be the one that its name says.</summary>
    /// <exception cref="DataRefusedException">It is not, or the format is a newer one.</exception>
    public static FileHeader Read(Stream stream, string directory, string name, FileKind kind, long sequence)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (stream.ReadAtLeast(bytes, Size, throwOnEndOfStream: false) < Size
            || !bytes[..8].SequenceEqual(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[44..]) != Checksum.Of(0, bytes[..44]))
        {
            throw DataRefusedException.Corrupt(directory, name, 0, "the header is damaged");
        }

        var format = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (format > Format) throw DataRefusedException.Newer(directory, name, format);
        var header = new FileHeader(
            (FileKind)BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]));
        return header.Kind == kind && header.Sequence == sequence
            ? header
            : throw DataRefusedException.Corrupt(directory, name, 0, $"it is {header.Name} by its content");
    }
}

/// <summary>What a file of a store is.</summary>
internal enum FileKind
{
    Log = 1,
    Snapshot = 2,
}
