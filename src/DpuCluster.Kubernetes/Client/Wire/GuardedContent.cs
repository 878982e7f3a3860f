using System.Net;

namespace DpuCluster.Kubernetes.Client;

/// <summary>
/// A body that asks, when there is a connection and its first byte is about to be sent, whether it still may be. A request may have waited long
/// for that: for a connection, or because the process was stopped. One that breaks off here has not reached the server as a whole, and is none.
/// </summary>
internal sealed class GuardedContent(ReadOnlyMemory<byte> body, Action guard) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        guard();
        await stream.WriteAsync(body, cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return true;
    }
}
