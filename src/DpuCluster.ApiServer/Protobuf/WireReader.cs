using System.Buffers.Binary;

namespace DpuCluster.ApiServer.Protobuf;

/// <summary>How the value of a field is written.</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    StartGroup = 3,
    EndGroup = 4,
    Fixed32 = 5,
}

/// <summary>
/// Reads the protobuf wire format. Its errors are worded like those of the decoders that Kubernetes generates, which
/// end up in answers to clients.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private const int LongestVarint = 10;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    public readonly bool AtEnd => _at == _bytes.Length;

    /// <summary>Reads what stands before a value.</summary>
    /// <param name="message">Name of the message, for errors.</param>
    public (int Number, WireType Type) Tag(string message)
    {
        var tag = Varint();
        var number = (int)(tag >> 3);
        var type = (WireType)(tag & 7);
        if (type == WireType.EndGroup) throw new ProtobufException($"proto: {message}: wiretype end group for non-group");
        if (number <= 0) throw new ProtobufException($"proto: {message}: illegal tag {number} (wire type {tag})");
        return (number, type);
    }

    public ulong Varint()
    {
        var value = 0ul;
        for (var i = 0; i < LongestVarint; i++)
        {
            if (_at == _bytes.Length) throw ProtobufException.Truncated();
            var next = _bytes[_at++];
            value |= (ulong)(next & 0x7f) << (7 * i);
            if (next < 0x80) return value;
        }

        throw ProtobufException.Overflow();
    }

    public ReadOnlySpan<byte> Bytes()
    {
        var length = Varint();
        if (length > int.MaxValue) throw new ProtobufException("proto: negative length found during unmarshaling");
        return Take((int)length);
    }

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));

    /// <summary>Passes over a value. Groups, which are outdated and nothing here uses, may stand within each other.</summary>
    public void Skip(WireType type)
    {
        var depth = 0;
        while (true)
        {
            switch (type)
            {
                case WireType.Varint: Varint(); break;
                case WireType.Fixed64: Take(8); break;
                case WireType.Bytes: Bytes(); break;
                case WireType.StartGroup: depth++; break;
                case WireType.EndGroup when depth == 0: throw new ProtobufException("proto: unexpected end of group");
                case WireType.EndGroup: depth--; break;
                case WireType.Fixed32: Take(4); break;
                default: throw new ProtobufException($"proto: illegal wireType {(int)type}");
            }

            if (depth == 0) return;
            type = (WireType)(Varint() & 7);
        }
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _bytes.Length - _at) throw ProtobufException.Truncated();
        var taken = _bytes.Slice(_at, length);
        _at += length;
        return taken;
    }
}
