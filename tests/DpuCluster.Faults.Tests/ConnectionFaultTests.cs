using DpuCluster.Kubernetes.Meta;
using DpuCluster.Testing;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace DpuCluster.Faults.Tests;

/// <summary>What a client sees of faults of its connection, below HTTP.</summary>
public sealed class ConnectionFaultTests : ProxyFixture
{
    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(2500)]
    public async Task A_connection_breaks_after_so_many_bytes_wherever_that_is(long bytes)
    {
        Proxy.OnConnect = () => new ConnectionFault { CutAfter = bytes };
        var failure = await Should.ThrowAsync<Exception>(async () =>
        {
            var client = Through();
            while (true)
            {
                await client.GetVersionAsync(default);
            }
        });

        // Which of the two the client documents depends on whether the head of the answer still gets through.
        (failure is HttpRequestException or IOException).ShouldBeTrue(failure.ToString());
        Proxy.OnConnect = () => null;
        await Through().GetVersionAsync(default);
    }

    [Fact]
    public async Task A_server_that_is_down_refuses_and_comes_back()
    {
        var client = Through();
        await client.GetVersionAsync(default);
        Proxy.Refuses = true;
        Proxy.CutAll();
        await Eventually.Holds(() => Proxy.OpenConnections == 0, "all connections are cut");
        await Should.ThrowAsync<HttpRequestException>(client.GetVersionAsync(default));
        Proxy.Refuses = false;
        await client.GetVersionAsync(default);
        Proxy.OpenConnections.ShouldBe(1);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task A_cut_connection_ends_its_watches(HttpProtocols protocols)
    {
        await SpeakAsync(protocols);
        var from = Server.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await CreateAsync("a");
        var (events, end) = await CollectAsync(Through(), from, onFirst: Proxy.CutAll);
        events.Count.ShouldBe(1);
        (end is IOException or HttpRequestException).ShouldBeTrue($"{end}");
        await Eventually.Holds(() => Proxy.ActiveRequests == 0, "nobody watches");
    }

    [Theory]
    [InlineData(HalfOpen.FromClient)]
    [InlineData(HalfOpen.ToClient)]
    public async Task A_half_open_connection_is_found_by_pings_and_a_new_one_serves(HalfOpen direction)
    {
        var client = Through(new() { PingDelay = TimeSpan.FromSeconds(1), PingTimeout = TimeSpan.FromSeconds(1) });
        var from = Server.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await CreateAsync("a");

        // Nothing comes from the server by itself: only the ping that is not answered tells.
        var (_, end) = await CollectAsync(client, from, onFirst: () => Proxy.StallAll(direction));
        (end is IOException or HttpRequestException).ShouldBeTrue($"{end}");
        await Eventually.Get(() => client.GetVersionAsync(default), _ => true, "a new connection serves");
        Proxy.AcceptedConnections.ShouldBeGreaterThanOrEqualTo(2);
    }

    [Fact]
    public async Task Connections_are_made_anew_from_time_to_time_and_a_watch_goes_on_over_its_own()
    {
        var client = Through(new() { ConnectionLifetime = TimeSpan.FromMilliseconds(100), PingTimeout = TimeSpan.FromMinutes(1) });
        await CreateAsync("a");
        using var stop = new CancellationTokenSource();
        await using var events = client.Resources<Kubernetes.Resources.ConfigMap>()
            .WatchAsync(Namespace, new() { LabelSelector = "test=yes" }, stop.Token).GetAsyncEnumerator(stop.Token);
        (await events.MoveNextAsync()).ShouldBeTrue();
        await Eventually.Get(() => client.GetVersionAsync(default), _ => Proxy.AcceptedConnections > 3, "new connections are made");
        await CreateAsync("b");

        // What there was at the beginning is ended by a bookmark.
        do
        {
            (await events.MoveNextAsync()).ShouldBeTrue();
        }
        while (events.Current.Type == WatchEventType.Bookmark);

        events.Current.Object!.Metadata.Name.ShouldBe("b");
        Proxy.Requests.Count(request => request.IsWatch).ShouldBe(1);
        await stop.CancelAsync();
        await Eventually.Get(() => client.GetVersionAsync(default), _ => Proxy.OpenConnections <= 2, "old connections go once nothing runs on them");
    }
}
