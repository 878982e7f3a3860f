using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Kubernetes.Client;

/// <summary>Reads the events of a watch from the stream's own buffers, one line each.</summary>
internal static class WatchReader
{
    public const int DefaultMaxLine = 32 * 1024 * 1024;

    private const byte NewLine = (byte)'\n';

    // A watch is silent most of its life: it takes a buffer when there is something to put into it, and has none while it waits.
    private static readonly StreamPipeReaderOptions Options =
        new(bufferSize: 16 * 1024, minimumReadSize: 4 * 1024, leaveOpen: true, useZeroByteReads: true);

    /// <summary>Gives each event as soon as its line is complete; ends when the stream does.</summary>
    /// <exception cref="KubernetesException">The server sent an <c>ERROR</c> event.</exception>
    /// <exception cref="IOException">The stream ended in the middle of an event, or carries something else than events.</exception>
    public static async IAsyncEnumerable<WatchEvent<T>> ReadAsync<T>(
        Stream stream, ObjectCodec<T> codec, int maxLine, [EnumeratorCancellation] CancellationToken cancellation)
        where T : class, IKubernetesObject<T>
    {
        var reader = PipeReader.Create(stream, Options);
        try
        {
            // How much of the buffer is known to hold no line end: a long line is not searched again with every read.
            long searched = 0;
            while (true)
            {
                var result = await reader.ReadAsync(cancellation).ConfigureAwait(false);
                var buffer = result.Buffer;
                while (buffer.Slice(searched).PositionOf(NewLine) is { } end)
                {
                    var line = buffer.Slice(0, end);
                    buffer = buffer.Slice(buffer.GetPosition(1, end));
                    searched = 0;
                    if (!WatchEventReader.IsBlank(line))
                    {
                        yield return WatchEventReader.Read(line, codec);
                    }
                }

                searched = buffer.Length;
                if (searched > maxLine)
                {
                    throw new IOException(
                        $"watch of {codec.Resource.GroupResource}: an event is longer than {maxLine / 1024} KiB; no object that a server keeps is");
                }

                if (result.IsCompleted)
                {
                    if (!WatchEventReader.IsBlank(buffer))
                    {
                        throw new IOException(
                            $"watch of {codec.Resource.GroupResource}: the connection ended in the middle of an event, after {buffer.Length} bytes of it");
                    }

                    yield break;
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }
}
