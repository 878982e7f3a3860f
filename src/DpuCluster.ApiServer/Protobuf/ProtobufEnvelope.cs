using System.Text;

namespace DpuCluster.ApiServer.Protobuf;

/// <summary>
/// What Kubernetes wraps every protobuf object in: four magic bytes, then a message with the object's kind
/// (<c>typeMeta</c> 1: <c>apiVersion</c> 1, <c>kind</c> 2) and its bytes (<c>raw</c> 2).
/// </summary>
internal readonly ref struct ProtobufEnvelope
{
    private ProtobufEnvelope(string apiVersion, string kind, ReadOnlySpan<byte> raw)
    {
        ApiVersion = apiVersion;
        Kind = kind;
        Raw = raw;
    }

    /// <summary>What every body begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <summary>Empty when it is not said.</summary>
    public string ApiVersion { get; }

    /// <summary>Empty when it is not said.</summary>
    public string Kind { get; }

    /// <summary>The object's message.</summary>
    public ReadOnlySpan<byte> Raw { get; }

    /// <exception cref="ProtobufException">It is not an envelope.</exception>
    public static ProtobufEnvelope Read(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty) throw new ProtobufException("empty data");
        if (!body.StartsWith(Magic))
        {
            throw new ProtobufException($"provided data does not appear to be a protobuf message, expected prefix [{string.Join(' ', Magic.ToArray())}]");
        }

        if (body.Length == Magic.Length) throw new ProtobufException("empty body");
        string apiVersion = "", kind = "";
        ReadOnlySpan<byte> raw = [];
        var reader = new WireReader(body[Magic.Length..]);
        while (!reader.AtEnd)
        {
            switch (reader.Tag("Unknown"))
            {
                case (1, WireType.Bytes): (apiVersion, kind) = TypeMeta(reader.Bytes(), apiVersion, kind); break;
                case (2, WireType.Bytes): raw = reader.Bytes(); break;
                case var (_, type): reader.Skip(type); break;
            }
        }

        return new ProtobufEnvelope(apiVersion, kind, raw);
    }

    private static (string ApiVersion, string Kind) TypeMeta(ReadOnlySpan<byte> bytes, string apiVersion, string kind)
    {
        var reader = new WireReader(bytes);
        while (!reader.AtEnd)
        {
            switch (reader.Tag("TypeMeta"))
            {
                case (1, WireType.Bytes): apiVersion = Encoding.UTF8.GetString(reader.Bytes()); break;
                case (2, WireType.Bytes): kind = Encoding.UTF8.GetString(reader.Bytes()); break;
                case var (_, type): reader.Skip(type); break;
            }
        }

        return (apiVersion, kind);
    }
}
