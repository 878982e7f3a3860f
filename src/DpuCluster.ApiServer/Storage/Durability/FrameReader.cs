using System.Buffers.Binary;

namespace DpuCluster.ApiServer.Storage.Durability;

/// <summary>Reads the frames of a file, one after the other, from behind the file's header to a length.</summary>
internal sealed class FrameReader(Stream stream, long end)
{
    // How much of a damaged file is looked at at a time: a log may be longer than any array.
    private const int Window = 64 * 1024;

    private byte[] _bytes = new byte[Window];

    /// <summary>Where the next frame begins; after a frame that is none, where that begins.</summary>
    public long Offset { get; private set; } = FileHeader.Size;

    /// <summary>Whether there was a frame that is none.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The next frame's records, good until the next call; empty at the end, and where there should be a frame and is none.</summary>
    public ReadOnlySpan<byte> Next()
    {
        if (Offset == end || IsBroken) return default;
        IsBroken = true;
        var left = end - Offset - FrameBuffer.HeaderSize;
        if (left <= 0 || stream.ReadAtLeast(_bytes.AsSpan(0, FrameBuffer.HeaderSize), FrameBuffer.HeaderSize, throwOnEndOfStream: false) < FrameBuffer.HeaderSize) return default;
        var (length, checksum) = Header(_bytes);
        if (length <= 0 || length > Math.Min(left, Array.MaxLength)) return default;
        if (_bytes.Length < length) _bytes = new byte[Math.Max(length, _bytes.Length * 2)];
        var records = _bytes.AsSpan(0, length);
        if (stream.ReadAtLeast(records, length, throwOnEndOfStream: false) < length || FrameBuffer.ChecksumOf(Offset, records) != checksum) return default;
        Offset += FrameBuffer.HeaderSize + length;
        IsBroken = false;
        return records;
    }

    /// <summary>
    /// Whether there is a whole frame somewhere behind a broken one. Then the broken one was whole once: a frame is only begun when
    /// the one before it is safe.
    /// </summary>
    public bool IsFollowed()
    {
        Span<byte> mark = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(mark, FrameBuffer.Mark);
        var window = new byte[Window];
        for (var at = Offset + 1; end - at > FrameBuffer.HeaderSize;)
        {
            var seen = window.AsSpan(0, (int)Math.Min(Window, end - at));
            stream.Position = at;
            stream.ReadExactly(seen);
            for (var found = 0; seen[found..].IndexOf(mark) is >= 0 and var next; found += next + 1)
            {
                if (IsWhole(at + found + next)) return true;
            }

            // A mark may be cut by the window's end.
            at += seen.Length - mark.Length + 1;
        }

        return false;
    }

    private bool IsWhole(long at)
    {
        var left = end - at - FrameBuffer.HeaderSize;
        if (left <= 0) return false;
        stream.Position = at;
        stream.ReadExactly(_bytes, 0, FrameBuffer.HeaderSize);
        var (length, checksum) = Header(_bytes);
        if (length <= 0 || length > left) return false;
        var crc = Checksum.Begin(FrameBuffer.Seed(at, length));
        for (var unread = length; unread > 0;)
        {
            var piece = _bytes.AsSpan(0, Math.Min(_bytes.Length, unread));
            stream.ReadExactly(piece);
            crc = Checksum.Add(crc, piece);
            unread -= piece.Length;
        }

        return Checksum.End(crc) == checksum;
    }

    /// <returns>A length that no frame has where there is no mark.</returns>
    private static (int Length, uint Checksum) Header(ReadOnlySpan<byte> frame) =>
        BinaryPrimitives.ReadUInt32LittleEndian(frame) == FrameBuffer.Mark
            ? (BinaryPrimitives.ReadInt32LittleEndian(frame[4..]), BinaryPrimitives.ReadUInt32LittleEndian(frame[8..]))
            : (-1, 0);
}
