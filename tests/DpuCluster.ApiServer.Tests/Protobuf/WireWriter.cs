using System.Text;

namespace DpuCluster.ApiServer.Tests.Protobuf;

/// <summary>Writes protobuf messages by hand.</summary>
internal sealed class WireWriter
{
    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    public WireWriter Varint(int number, long value)
    {
        Raw((ulong)number << 3);
        return Raw(unchecked((ulong)value));
    }

    public WireWriter Double(int number, double value)
    {
        Raw(((ulong)number << 3) | 1);
        _bytes.AddRange(BitConverter.GetBytes(value));
        return this;
    }

    public WireWriter Bytes(int number, ReadOnlySpan<byte> value)
    {
        Raw(((ulong)number << 3) | 2);
        Raw((ulong)value.Length);
        _bytes.AddRange(value);
        return this;
    }

    public WireWriter Text(int number, string value) => Bytes(number, Encoding.UTF8.GetBytes(value));

    public WireWriter Message(int number, WireWriter message) => Bytes(number, message.ToArray());

    /// <summary>A number of its own, such as the start of a field.</summary>
    public WireWriter Raw(ulong value)
    {
        for (; value >= 0x80; value >>= 7) _bytes.Add((byte)(value | 0x80));
        _bytes.Add((byte)value);
        return this;
    }

    /// <summary>Puts an object into what Kubernetes wraps every object in.</summary>
    public byte[] Wrapped(string apiVersion, string kind) =>
        [.. "k8s\0"u8, .. new WireWriter()
            .Message(1, new WireWriter().Text(1, apiVersion).Text(2, kind))
            .Message(2, this).Text(3, "").Text(4, "").ToArray()];
}
