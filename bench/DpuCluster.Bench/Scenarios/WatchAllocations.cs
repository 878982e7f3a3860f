using System.Text;
using DpuCluster.Api;
using DpuCluster.Bench.Measure;
using DpuCluster.Controllers.Informers;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using Microsoft.Extensions.Logging.Abstractions;

namespace DpuCluster.Bench.Scenarios;

/// <summary>What a watch event costs an informer, from the bytes of the socket to the store: events as the server sends them, played back.</summary>
internal static class WatchAllocations
{
    private const int Events = 5000;

    public static async Task MeasureAsync(ApiServerProcess host, ObjectCrowd crowd, List<Figure> figures, CancellationToken cancellation)
    {
        await MeasureAsync<DPUCluster>("a DPUCluster", DPUCluster.Resource, host, crowd, figures, cancellation);
        await MeasureAsync<PartialObjectMetadata>("the metadata of a Secret", Secret.Resource, host, crowd, figures, cancellation);
    }

    private static async Task MeasureAsync<T>(
        string what, ResourceType resource, ApiServerProcess host, ObjectCrowd crowd, List<Figure> figures, CancellationToken cancellation)
        where T : class, IKubernetesObject<T>
    {
        // The first time compiles, and fills what is pooled.
        using var client = host.Connect();
        var codec = new ObjectCodec<T>(resource);
        var lines = await RecordAsync(client, codec, resource, cancellation);
        await PlayAsync(codec, lines, cancellation);
        var bytes = await PlayAsync(codec, lines, cancellation);
        var size = $"{crowd.Count}";
        figures.Add(new($"bytes allocated for a watch event of {what}", size, bytes, Unit.Count)
        {
            Note = $"{Events} events of {(double)lines.Length / Events:0} bytes of JSON; the object that the store keeps is part of it",
        });
    }

    /// <summary>Events, made of what the server lists.</summary>
    private static async Task<byte[]> RecordAsync<T>(KubernetesClient client, ObjectCodec<T> codec, ResourceType resource, CancellationToken cancellation)
        where T : class, IKubernetesObject<T>
    {
        var objects = typeof(T) == typeof(PartialObjectMetadata) ? (ResourceClient<T>)(object)client.Metadata(resource) : client.Resources<T>();
        var page = await objects.ListAsync(ClusterSite.Namespace, new() { Limit = Events }, cancellation);
        var stream = new MemoryStream();
        for (var i = 0; i < Events; i++)
        {
            var value = page.Items[i % page.Items.Count];
            stream.Write("{\"type\":\"MODIFIED\",\"object\":"u8);
            stream.Write(codec.Write(value.WithMetadata(value.Metadata with { ResourceVersion = $"{1_000_000 + i}" })).Span);
            stream.Write("}\n"u8);
        }

        return stream.ToArray();
    }

    private static async Task<double> PlayAsync<T>(ObjectCodec<T> codec, byte[] lines, CancellationToken cancellation)
        where T : class, IKubernetesObject<T>
    {
        var source = new Recording<T>(codec, lines);
        var informer = new Informer<T>(codec.Resource, source, new InformerOptions { Streaming = false }, TimeProvider.System, NullLogger.Instance, null);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = ((IRunnableInformer)informer).RunAsync(stop.Token);
        await informer.WaitForSyncAsync(cancellation);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        source.Begin.SetResult();
        await source.End.Task.WaitAsync(cancellation);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        await stop.CancelAsync();
        await running;
        return (double)allocated / Events;
    }

    private sealed class Recording<T>(ObjectCodec<T> codec, byte[] lines) : IListWatch<T>
        where T : class, IKubernetesObject<T>
    {
        public TaskCompletionSource Begin { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<KubernetesList<T>> ListAsync(int? limit, string? continuation, CancellationToken cancellation) => Task.FromResult(
            ListReader.Read<T>(Encoding.UTF8.GetBytes("""{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[]}"""), codec));

        public async IAsyncEnumerable<WatchEvent<T>> WatchAsync(
            string? resourceVersion, bool sendInitialEvents, TimeSpan timeout, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
        {
            await Begin.Task.WaitAsync(cancellation);
            using var stream = new MemoryStream(lines);
            await foreach (var change in WatchReader.ReadAsync(stream, codec, WatchReader.DefaultMaxLine, cancellation))
            {
                yield return change;
            }

            End.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
        }
    }
}
