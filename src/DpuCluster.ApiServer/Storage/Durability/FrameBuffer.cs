using System.Buffers.Binary;
using System.Text;

namespace DpuCluster.ApiServer.Storage.Durability;

/// <summary>
/// Records that are written together: they become safe together, or not at all. A frame is 4 bytes of mark, 4 of length, 4 of
/// CRC-32C over its place in the file, its length and its records, and then the records.
/// </summary>
internal sealed class FrameBuffer
{
    public const int HeaderSize = 12;

    /// <summary>How frames begin: bytes that are in no UTF-8 text, and so in no name and no object.</summary>
    public const uint Mark = 0xfdfffefc;

    // What a burst of large objects has made it grow to is given back.
    private const int MostKept = 4 * 1024 * 1024;

    private byte[] _bytes = new byte[64 * 1024];
    private int _length = HeaderSize;

    public bool IsEmpty => _length == HeaderSize;

    /// <summary>Length with the frame's own header, bytes.</summary>
    public int Length => _length;

    public void Byte(byte value) => Room(1)[0] = value;

    public void Long(long value) => BinaryPrimitives.WriteInt64LittleEndian(Room(sizeof(long)), value);

    public void Number(int value)
    {
        var left = (uint)value;
        for (; left >= 0x80; left >>= 7) Byte((byte)(left | 0x80));
        Byte((byte)left);
    }

    public void Text(string text)
    {
        Number(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, Room(Encoding.UTF8.GetByteCount(text)));
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Number(bytes.Length);
        bytes.CopyTo(Room(bytes.Length));
    }

    /// <summary>The whole frame, ready to be written at a place of a file.</summary>
    public ReadOnlySpan<byte> Seal(long offset)
    {
        var frame = _bytes.AsSpan(0, _length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame, Mark);
        BinaryPrimitives.WriteInt32LittleEndian(frame[4..], _length - HeaderSize);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[8..], ChecksumOf(offset, frame[HeaderSize..]));
        return frame;
    }

    public void Clear()
    {
        if (_bytes.Length > MostKept) _bytes = new byte[64 * 1024];
        _length = HeaderSize;
    }

    public static uint ChecksumOf(long offset, ReadOnlySpan<byte> records) => Checksum.Of(Seed(offset, records.Length), records);

    /// <summary>What the checksum of a frame covers besides its records.</summary>
    public static ulong Seed(long offset, int length) => ((ulong)offset << 32) ^ (ulong)offset >> 32 ^ (uint)length;

    private Span<byte> Room(int count)
    {
        if (_length + count > _bytes.Length) Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max((long)_bytes.Length * 2, (long)_length + count)));
        var room = _bytes.AsSpan(_length, count);
        _length += count;
        return room;
    }
}
