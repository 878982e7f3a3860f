using System.Buffers.Binary;

namespace DpuCluster.ApiServer.Storage.Durability;

/// <summary>Reads the frames of a file, one after the other, from behind the file's header to a length.</summary>
internal sealed class FrameReader(Stream stream, long end)
{
    private byte[] _bytes = new byte[64 * 1024];

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
        if (length <= 0 || length > left) return default;
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
        stream.Position = Offset;
        var rest = new byte[end - Offset];
        stream.ReadExactly(rest);
        Span<byte> mark = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(mark, FrameBuffer.Mark);
        for (var at = 1; at < rest.Length; at++)
        {
            var next = rest.AsSpan(at).IndexOf(mark);
            if (next < 0) return false;
            at += next;
            var frame = rest.AsSpan(at);
            if (frame.Length <= FrameBuffer.HeaderSize) return false;
            var (length, checksum) = Header(frame);
            frame = frame[FrameBuffer.HeaderSize..];
            if (length > 0 && length <= frame.Length && FrameBuffer.ChecksumOf(Offset + at, frame[..length]) == checksum) return true;
        }

        return false;
    }

    /// <returns>A length that no frame has where there is no mark.</returns>
    private static (int Length, uint Checksum) Header(ReadOnlySpan<byte> frame) =>
        BinaryPrimitives.ReadUInt32LittleEndian(frame) == FrameBuffer.Mark
            ? (BinaryPrimitives.ReadInt32LittleEndian(frame[4..]), BinaryPrimitives.ReadUInt32LittleEndian(frame[8..]))
            : (-1, 0);
}
