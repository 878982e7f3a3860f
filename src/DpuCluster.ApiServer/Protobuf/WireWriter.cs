using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace DpuCluster.ApiServer.Protobuf;

/// <summary>Writes the protobuf wire format.</summary>
internal sealed class WireWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    public void Text(int number, string text)
    {
        Tag(number, WireType.Bytes);
        Varint((ulong)Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, _buffer);
    }

    public void Message(int number, WireWriter message)
    {
        Tag(number, WireType.Bytes);
        Varint((ulong)message.Written.Length);
        _buffer.Write(message.Written);
    }

    public void Bool(int number, bool value) => Whole(number, value ? 1 : 0);

    public void Whole(int number, long value)
    {
        Tag(number, WireType.Varint);
        Varint((ulong)value);
    }

    public void Double(int number, double value)
    {
        Tag(number, WireType.Fixed64);
        BinaryPrimitives.WriteDoubleLittleEndian(_buffer.GetSpan(sizeof(double)), value);
        _buffer.Advance(sizeof(double));
    }

    private void Tag(int number, WireType type) => Varint((ulong)((number << 3) | (int)type));

    private void Varint(ulong value)
    {
        var span = _buffer.GetSpan(10);
        var count = 0;
        for (; value >= 0x80; value >>= 7) span[count++] = (byte)(value | 0x80);
        span[count++] = (byte)value;
        _buffer.Advance(count);
    }
}
