using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing;

namespace DpuCluster.Faults.Tests;

/// <summary>What a client sees of faults of a watch.</summary>
public sealed class WatchFaultTests : ProxyFixture
{
    [Fact]
    public async Task An_ERROR_event_comes_inside_a_stream_that_began_well()
    {
        var from = Server.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await CreateAsync("a");
        await CreateAsync("b");
        Proxy.Plan = _ => new StreamFault { ErrorAfter = 1 };
        var (events, end) = await CollectAsync(Through(), from);
        events.Select(change => change.Object!.Metadata.Name).ShouldBe(["a"]);
        end.ShouldBeOfType<KubernetesException>().IsGone.ShouldBeTrue();
    }

    [Fact]
    public async Task Events_come_again_and_older_ones_too()
    {
        var from = Server.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
        foreach (var name in new[] { "a", "b", "c" })
        {
            await CreateAsync(name);
        }

        Proxy.Plan = _ => new StreamFault { RepeatEvery = 1, Bookmarks = BookmarkFault.Missing };
        var (events, end) = await CollectAsync(Through(), from, TimeSpan.FromSeconds(3));
        end.ShouldBeNull();
        events.Select(change => change.Object!.Metadata.Name).ShouldBe(["a", "a", "b", "a", "b", "c", "b", "c"]);
    }

    [Theory]
    [InlineData(BookmarkFault.None, 1)]
    [InlineData(BookmarkFault.Missing, 0)]
    [InlineData(BookmarkFault.Repeated, 2)]
    public async Task Bookmarks_are_missing_or_come_again(BookmarkFault fault, int expected)
    {
        Proxy.Plan = _ => new StreamFault { Bookmarks = fault };
        var from = Server.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var (events, end) = await CollectAsync(Through(), from, TimeSpan.FromSeconds(3));
        end.ShouldBeNull();
        events.Select(change => change.Type).ShouldBe(Enumerable.Repeat(WatchEventType.Bookmark, expected));
    }

    [Theory]
    [InlineData(StreamEnd.Cut)]
    [InlineData(StreamEnd.Truncated)]
    public async Task A_stream_ends_in_the_middle_of_an_event(StreamEnd end)
    {
        var from = Server.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await CreateAsync("a");
        Proxy.Plan = _ => new StreamFault { EndAfter = 50, End = end };
        var (events, failure) = await CollectAsync(Through(), from);
        events.ShouldBeEmpty();
        (failure is IOException or HttpRequestException).ShouldBeTrue($"{failure}");
    }

    [Fact]
    public async Task A_watch_that_stalls_is_silent_while_its_connection_lives()
    {
        var from = Server.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await CreateAsync("a");
        Proxy.Plan = request => request.IsWatch ? new StreamFault { EndAfter = 1, End = StreamEnd.Stalled } : null;
        var client = Through();
        using var stop = new CancellationTokenSource();
        await using var events = client.Resources<ConfigMap>()
            .WatchAsync(Namespace, new() { ResourceVersion = from }, stop.Token).GetAsyncEnumerator(stop.Token);
        var next = events.MoveNextAsync().AsTask();
        await Eventually.Holds(() => Proxy.ActiveRequests == 1, "the watch stands");
        await client.GetVersionAsync(default);
        next.IsCompleted.ShouldBeFalse();
        Proxy.AcceptedConnections.ShouldBe(1, "over the same connection");
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(next);
    }

    [Fact]
    public async Task After_a_restart_with_compacted_history_old_versions_are_gone()
    {
        var from = (await CreateAsync("a")).Metadata.ResourceVersion!;
        await CreateAsync("b");
        Server.Compact();
        (await CollectAsync(Through(), from)).End.ShouldBeOfType<KubernetesException>().IsGone.ShouldBeTrue();
    }

    [Fact]
    public async Task Restored_from_a_backup_the_server_has_the_objects_and_versions_of_that_time()
    {
        var a = await CreateAsync("a");
        var b = await CreateAsync("b");
        var backup = Server.BackUp(("", "configmaps"));
        await Maps.DeleteAsync(Namespace, "a", null, default);

        // Far enough ahead that what a server does by itself when it starts does not catch up.
        await Server.AgeAsync(500);
        var later = await CreateAsync("c");
        var client = Through();
        (await client.Resources<ConfigMap>().GetAsync(Namespace, "c", default)).Metadata.Uid.ShouldBe(later.Metadata.Uid);

        await Server.RestoreAsync(backup);
        Proxy.Switch(Server.Configuration);
        var list = await Eventually.Get(
            () => client.Resources<ConfigMap>().ListAsync(Namespace, new() { LabelSelector = "test=yes" }, default), _ => true, "the new server answers");
        list.Items.Select(map => (map.Metadata.Name, map.Metadata.Uid, map.Metadata.ResourceVersion)).ShouldBe(
            new[] { a, b }.Select(map => (map.Metadata.Name, map.Metadata.Uid, map.Metadata.ResourceVersion)));
        long.Parse(list.ResourceVersion, System.Globalization.CultureInfo.InvariantCulture).ShouldBeLessThan(
            long.Parse(later.Metadata.ResourceVersion!, System.Globalization.CultureInfo.InvariantCulture));

        // A watch from a version that is yet to come would wait for it, as on a real server; a list says that it is.
        (await Should.ThrowAsync<KubernetesException>(
            () => client.Resources<ConfigMap>().ListAsync(Namespace, new() { ResourceVersion = later.Metadata.ResourceVersion }, default)))
            .Status.Details!.Causes!.ShouldContain(cause => cause.Reason == "ResourceVersionTooLarge");
    }
}
