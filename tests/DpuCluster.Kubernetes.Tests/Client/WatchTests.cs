using System.Text;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using Microsoft.AspNetCore.Http;

namespace DpuCluster.Kubernetes.Tests.Client;

public sealed class WatchTests
{
    private const string Stream =
        """
        {"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"1"},"data":{"k":"}\n{ä"}}}

        {"object":{"metadata":{"name":"a","resourceVersion":"2"}},"extra":[{}],"type":"MODIFIED"}
        {"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"3","annotations":{"k8s.io/initial-events-end":"true"}}}}
        {"type":"DELETED","object":{"metadata":{"name":"a","resourceVersion":"4"}}}

        """;

    private static readonly ObjectCodec<ConfigMap> Codec = new(ConfigMap.Resource);

    [Fact]
    public async Task Events_are_the_same_wherever_the_stream_is_split()
    {
        var bytes = Encoding.UTF8.GetBytes(Stream);
        for (var split = 0; split <= bytes.Length; split++)
        {
            Describe(await Read(new ChunkStream(bytes[..split], bytes[split..]))).ShouldBe("Added a 1; Modified a 2; Bookmark  3 end; Deleted a 4", $"split at {split}");
        }

        Describe(await Read(new ChunkStream([.. bytes.Select(one => new[] { one })]))).ShouldBe("Added a 1; Modified a 2; Bookmark  3 end; Deleted a 4");
    }

    [Fact]
    public async Task A_stream_cut_in_the_middle_of_an_event_is_an_error_and_between_events_an_end()
    {
        var bytes = Encoding.UTF8.GetBytes(Stream);
        for (var cut = 0; cut < bytes.Length; cut++)
        {
            var lineStart = cut == 0 ? 0 : Array.LastIndexOf(bytes, (byte)'\n', cut - 1) + 1;
            var between = bytes.AsSpan(lineStart, cut - lineStart).Trim(" \r\n"u8).IsEmpty;
            var thrown = await Record.ExceptionAsync(() => Read(new ChunkStream(bytes[..cut])));
            if (between)
            {
                thrown.ShouldBeNull($"cut at {cut}");
            }
            else
            {
                thrown.ShouldBeOfType<IOException>($"cut at {cut}").Message.ShouldContain("ended in the middle of an event");
            }
        }
    }

    [Fact]
    public async Task An_ERROR_event_is_thrown_as_what_it_says()
    {
        var stream = new ChunkStream("""{"type":"ERROR","object":{"kind":"Status","status":"Failure","message":"too old resource version","reason":"Expired","code":410}}"""u8.ToArray(), "\n"u8.ToArray());
        var thrown = await Should.ThrowAsync<KubernetesException>(() => Read(stream));
        thrown.IsGone.ShouldBeTrue();
        thrown.Message.ShouldBe("too old resource version");
    }

    [Fact]
    public async Task An_event_beyond_the_limit_is_an_error()
    {
        var stream = new ChunkStream(Encoding.UTF8.GetBytes("""{"type":"ADDED","object":{"data":{"a":""" + '"' + new string('x', 200_000)));
        (await Should.ThrowAsync<IOException>(() => Read(stream, maxLine: 100_000))).Message.ShouldContain("longer than 97 KiB");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("x")]
    [InlineData("{\"type\":\"ADDED\"}")]
    [InlineData("{\"type\":\"OTHER\",\"object\":{}}")]
    [InlineData("{\"type\":\"ADDED\",\"object\":null}")]
    [InlineData("{\"type\":\"ADDED\",\"object\":{\"data\":5}}")]
    [InlineData("{\"type\":\"BOOKMARK\",\"object\":{}}")]
    public async Task What_is_no_event_is_an_error(string line) =>
        (await Should.ThrowAsync<IOException>(() => Read(new ChunkStream(Encoding.UTF8.GetBytes(line + "\n"))))).Message.ShouldContain("watch of configmaps: an event cannot be read");

    [Fact]
    public async Task Damaged_streams_end_in_an_error_or_not_but_break_nothing()
    {
        var random = new Random(7);
        for (var round = 0; round < 5000; round++)
        {
            var bytes = Encoding.UTF8.GetBytes(Stream);
            for (var damage = random.Next(1, 4); damage > 0; damage--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var thrown = await Record.ExceptionAsync(() => Read(new ChunkStream(bytes)));
            (thrown is null or IOException or KubernetesException).ShouldBeTrue(thrown?.ToString());
        }
    }

    [Fact]
    public async Task A_watch_asks_for_what_its_options_say_and_ends_with_the_server()
    {
        await using var server = await FakeServer.Start(Stream);
        using var client = new KubernetesClient(server.Configuration);
        var options = new WatchOptions { ResourceVersion = "5", LabelSelector = "a=b", FieldSelector = "metadata.name=c", SendInitialEvents = true, Timeout = TimeSpan.FromSeconds(299.5) };
        Describe(await client.Resources<ConfigMap>().WatchAsync(null, options, default).ToListAsync()).ShouldStartWith("Added a 1; ");
        (server.Last.Path, server.Last.Query).ShouldBe((
            "/api/v1/configmaps",
            "?watch=true&labelSelector=a%3Db&fieldSelector=metadata.name%3Dc&resourceVersion=5&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=300"));
    }

    [Fact]
    public async Task A_watch_that_is_refused_with_410_says_so()
    {
        await using var server = await FakeServer.Start((_, response) => FakeServer.Status(response, 410, "Expired", "too old"));
        using var client = new KubernetesClient(server.Configuration);
        (await Should.ThrowAsync<KubernetesException>(async () => await client.Resources<ConfigMap>().WatchAsync("n", new(), default).ToListAsync())).IsGone.ShouldBeTrue();
    }

    [Fact]
    public async Task Events_come_at_once_and_a_cut_connection_is_an_IOException()
    {
        var cut = new TaskCompletionSource();
        await using var server = await FakeServer.Start(async (_, response) =>
        {
            await response.WriteAsync("""{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"1"}}}""" + "\n");
            await response.Body.FlushAsync();
            await cut.Task;
            response.HttpContext.Abort();
        });
        using var client = new KubernetesClient(server.Configuration);
        await using var events = client.Resources<ConfigMap>().WatchAsync("n", new(), default).GetAsyncEnumerator();
        (await events.MoveNextAsync()).ShouldBeTrue();
        events.Current.Object!.Metadata.Name.ShouldBe("a");
        cut.SetResult();
        await Should.ThrowAsync<IOException>(async () => await events.MoveNextAsync());
    }

    [Fact]
    public async Task Cancelling_ends_a_watch_that_waits()
    {
        await using var server = await FakeServer.Start(async (_, response) =>
        {
            await response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, response.HttpContext.RequestAborted);
        });
        using var client = new KubernetesClient(server.Configuration);
        using var cancel = new CancellationTokenSource();
        var watch = client.Resources<ConfigMap>().WatchAsync("n", new(), cancel.Token).ToListAsync(CancellationToken.None).AsTask();
        await DpuCluster.Testing.Eventually.Holds(() => !server.Requests.IsEmpty, "the watch begins");
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => watch);
    }

    private static async Task<List<WatchEvent<ConfigMap>>> Read(Stream stream, int maxLine = WatchReader.DefaultMaxLine) =>
        await WatchReader.ReadAsync(stream, Codec, maxLine, CancellationToken.None).ToListAsync();

    private static string Describe(IEnumerable<WatchEvent<ConfigMap>> events) => string.Join(
        "; ", events.Select(each => $"{each.Type} {each.Object?.Metadata.Name} {each.ResourceVersion}{(each.EndsInitialEvents ? " end" : "")}"));

    /// <summary>Gives one chunk with each read.</summary>
    private sealed class ChunkStream(params byte[][] chunks) : MemoryStream
    {
        private readonly Queue<byte[]> _chunks = new(chunks.Where(chunk => chunk.Length > 0));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!_chunks.TryDequeue(out var chunk))
            {
                return new(0);
            }

            var length = Math.Min(chunk.Length, buffer.Length);
            chunk.AsSpan(0, length).CopyTo(buffer.Span);
            if (length < chunk.Length)
            {
                var rest = _chunks.ToArray();
                _chunks.Clear();
                _chunks.Enqueue(chunk[length..]);
                foreach (var each in rest)
                {
                    _chunks.Enqueue(each);
                }
            }

            return new(length);
        }
    }
}
