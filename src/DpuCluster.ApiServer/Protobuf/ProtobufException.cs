namespace DpuCluster.ApiServer.Protobuf;

/// <summary>Bytes are not the message that they should be.</summary>
internal sealed class ProtobufException(string message) : Exception(message)
{
    public static ProtobufException Truncated() => new("unexpected EOF");

    public static ProtobufException Overflow() => new("proto: integer overflow");
}
