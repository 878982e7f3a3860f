using System.Net;
using DpuCluster.Controllers.Informers;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace DpuCluster.Controllers.Tests.Informers;

public sealed class InformerTests : IAsyncLifetime, IDisposable
{
    private readonly ManualTimeProvider _clock = new();
    private readonly FakeCollection _server = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(ChangeType Type, string Name, string Version)> _told = [];
    private Task _running = Task.CompletedTask;

    [Fact]
    public async Task A_streaming_list_fills_the_store_with_one_request()
    {
        _server.Put("a");
        _server.Put("b");
        var informer = Start();
        await informer.WaitForSyncAsync(CancellationToken.None);
        ShouldEqual(informer);
        _server.Requests.ShouldBe(["stream"]);
        _server.Put("c");
        await Eventually.Holds(() => informer.Count == 3, "the watch goes on after the list");
        _server.Requests.ShouldBe(["stream"]);
    }

    [Fact]
    public async Task A_server_without_streaming_lists_is_listed_in_pages()
    {
        _server.SupportsStreaming = false;
        for (var i = 0; i < 7; i++)
        {
            _server.Put($"o{i}");
        }

        var informer = Start(new InformerOptions { PageSize = 3 });
        await informer.WaitForSyncAsync(CancellationToken.None);
        ShouldEqual(informer);
        await Eventually.Holds(() => _server.Requests.SequenceEqual(["stream", "list", "list", "list", "watch"]), "one list in three pages, then a watch");
    }

    [Fact]
    public async Task A_server_that_never_says_where_the_streaming_list_ends_is_listed()
    {
        _server.SendsInitialBookmark = false;
        _server.Put("a");
        var informer = Start();
        await _clock.AdvanceUntil(() => informer.HasSynced, TimeSpan.FromMinutes(1), "synced");
        ShouldEqual(informer);
        _server.Requests.Take(2).ShouldBe(["stream", "list"]);
    }

    [Fact]
    public async Task A_broken_watch_is_resumed_without_a_list_and_nothing_is_missed()
    {
        var informer = Start();
        await informer.WaitForSyncAsync(CancellationToken.None);
        _server.Put("a");
        await Eventually.Holds(() => informer.Count == 1, "seen");
        _server.Refuse = _ => new HttpRequestException("connection refused");
        _server.Cut();
        _server.Put("b");
        _server.Delete("a");
        await Eventually.Holds(() => informer.Health.FailingSince is not null, "failing");
        await _clock.AdvanceUntil(() => _server.Requests.Count > 4, TimeSpan.FromMinutes(1), "several tries");
        informer.HasSynced.ShouldBeTrue("what is known stays known");
        _server.Refuse = _ => null;
        await _clock.AdvanceUntil(() => informer.Health.FailingSince is null, TimeSpan.FromMinutes(2), "works again");
        await Eventually.Holds(() => Same(informer), "store equals server");
        _server.Requests.Count(request => request is "list" or "stream").ShouldBe(1);
        _told.Select(told => (told.Type, told.Name)).ShouldBe([(ChangeType.Added, "a"), (ChangeType.Added, "b"), (ChangeType.Deleted, "a")]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Lost_history_is_made_good_by_a_list_and_deletions_are_derived(bool asStatus)
    {
        _server.Put("stays");
        _server.Put("goes");
        _server.Put("changes");
        var informer = Start();
        await informer.WaitForSyncAsync(CancellationToken.None);
        _told.Clear();
        if (asStatus)
        {
            _server.Refuse = request => request == "watch" ? FakeCollection.Error(HttpStatusCode.Gone, StatusReason.Gone) : null;
            _server.Cut();
        }
        else
        {
            _server.Refuse = request => request == "watch" ? new IOException("away") : null;
            _server.Cut();
            await Eventually.Holds(() => informer.Health.FailingSince is not null, "cut");
        }

        _server.Delete("goes");
        _server.Put("changes");
        _server.Put("comes");
        _server.Compact();
        _server.Refuse = asStatus ? _server.Refuse : _ => null;
        await _clock.AdvanceUntil(() => Same(informer), TimeSpan.FromMinutes(1), "store equals server");
        _told.Select(told => (told.Type, told.Name)).ShouldBe(
            [(ChangeType.Deleted, "goes"), (ChangeType.Updated, "changes"), (ChangeType.Added, "comes")], ignoreOrder: true);
    }

    [Fact]
    public async Task A_server_that_went_back_in_time_is_noticed_and_listed()
    {
        _server.Put("a");
        _server.Put("b");
        var informer = Start();
        await informer.WaitForSyncAsync(CancellationToken.None);
        _server.GoBack(50, "a", "old");
        await _clock.AdvanceUntil(() => Same(informer), TimeSpan.FromMinutes(1), "store equals server");
        informer.Store.Find("ns", "b").ShouldBeNull();
    }

    [Fact]
    public void A_version_that_a_server_set_back_in_time_gives_a_second_time_is_not_taken_for_the_first()
    {
        var informer = new Informer<ConfigMap>(ConfigMap.Resource, _server, new InformerOptions(), _clock, NullLogger.Instance, null);
        IReflectorTarget<ConfigMap> target = informer;
        var value = _server.Put("a");
        var states = Enumerable.Range(0, 3).Select(_ => value with { Data = new Dictionary<string, string>() }).ToList();
        List<Change<ConfigMap>> told = [];
        target.Replace(new() { [value.Key] = states[0] }, "900");
        target.Reached("900");
        informer.AddHandler(told.Add);
        told.Clear();

        target.Replace(new() { [value.Key] = states[1] }, "900");
        told.ShouldBeEmpty("on one and the same server one version is one state");
        target.Replace(new() { [value.Key] = states[2] }, "899");
        var change = told.ShouldHaveSingleItem();
        (change.Type, change.Old!.Data).ShouldBe((ChangeType.Updated, states[0].Data));
        informer.Store.Find(value.Key)!.Data.ShouldBeSameAs(states[2].Data);
    }

    [Fact]
    public async Task A_server_that_ends_its_watches_in_order_and_comes_back_with_an_older_state_is_noticed()
    {
        _server.EndsInOrder = true;
        _server.Put("a");
        _server.Put("b");
        var informer = Start();
        await informer.WaitForSyncAsync(CancellationToken.None);
        _server.GoBack(50, "a", "old");
        await _clock.AdvanceUntil(() => Same(informer), TimeSpan.FromMinutes(1), "store equals server");
        informer.Store.Find("ns", "b").ShouldBeNull();
    }

    [Fact]
    public async Task A_server_that_ends_every_streaming_list_at_once_is_waited_for_and_then_listed()
    {
        _server.EndsAtOnce = true;
        _server.Put("a");
        var informer = Start();
        await Eventually.Holds(() => informer.Health.FailingSince is not null, "an incomplete list is a failure");
        _server.Requests.ShouldBe(["stream"], "no time has passed");
        await _clock.AdvanceUntil(() => informer.HasSynced, TimeSpan.FromMinutes(1), "synced");
        _server.Requests.Take(3).ShouldBe(["stream", "stream", "list"]);
    }

    [Fact]
    public async Task What_is_not_newer_than_what_was_seen_is_told_to_nobody()
    {
        _server.Repeat = () => true;
        var informer = Start();
        await informer.WaitForSyncAsync(CancellationToken.None);
        var versions = new[] { "a", "b", "a" }.Select(name => _server.Put(name).Metadata.ResourceVersion!).ToList();
        _server.Delete("b");
        _server.Put("c");
        await Eventually.Holds(() => Same(informer), "store equals server");
        _told.Select(told => (told.Type, told.Name)).ShouldBe(
        [
            (ChangeType.Added, "a"), (ChangeType.Added, "b"), (ChangeType.Updated, "a"), (ChangeType.Deleted, "b"), (ChangeType.Added, "c"),
        ]);
        _told.Take(3).Select(told => told.Version).ShouldBe(versions);
    }

    [Fact]
    public async Task A_server_that_has_lost_its_history_again_and_again_is_no_server_that_works()
    {
        _server.Refuse = what => what == "watch" ? FakeCollection.Error(HttpStatusCode.Gone, StatusReason.Expired) : null;
        _server.SupportsStreaming = false;
        var informer = Start();
        await _clock.AdvanceUntil(() => informer.Health.FailingSince is not null, TimeSpan.FromMinutes(1), "failing");
        informer.HasSynced.ShouldBeTrue();
        _server.Refuse = _ => null;
        await _clock.AdvanceUntil(() => informer.Health.FailingSince is null, TimeSpan.FromMinutes(2), "works");
    }

    [Fact]
    public async Task A_watch_that_does_not_end_when_it_should_is_torn_down_and_resumed()
    {
        var informer = Start();
        await informer.WaitForSyncAsync(CancellationToken.None);

        // The fake server ignores the time-out that it is asked for: as a connection that died without a word does.
        var passed = await _clock.AdvanceUntil(() => _server.Requests.Contains("watch"), TimeSpan.FromMinutes(15), "torn down");
        passed.ShouldBeInRange(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10.5));
        _server.Requests.ShouldBe(["stream", "probe", "watch"]);
    }

    [Fact]
    public async Task Waits_between_failures_grow_to_half_a_minute_and_no_further()
    {
        _server.Refuse = _ => new HttpRequestException("connection refused");
        Start();
        await _clock.AdvanceUntil(() => _server.Requests.Count >= 8, TimeSpan.FromMinutes(5), "the first tries");
        _server.Requests.Clear();
        var passed = await _clock.AdvanceUntil(() => _server.Requests.Count >= 10, TimeSpan.FromMinutes(10), "ten more");
        passed.ShouldBeInRange(TimeSpan.FromSeconds(200), TimeSpan.FromSeconds(310));
    }

    [Fact]
    public async Task A_quiet_watch_that_stands_counts_as_working()
    {
        var informer = Start();
        await informer.WaitForSyncAsync(CancellationToken.None);
        _server.Cut();
        await Eventually.Holds(() => informer.Health.FailingSince is not null, "failing");
        await _clock.AdvanceUntil(() => informer.Health.FailingSince is null, TimeSpan.FromSeconds(60), "taken for good");
    }

    [Fact]
    public async Task An_optional_collection_that_is_forbidden_holds_nobody_up_and_is_taken_up_when_allowed()
    {
        _server.Refuse = _ => FakeCollection.Error(HttpStatusCode.Forbidden, StatusReason.Forbidden);
        _server.Put("a");
        var informer = Start(optional: true);
        await informer.WaitForSyncAsync(CancellationToken.None);
        informer.Health.ShouldSatisfyAllConditions(
            health => health.HasSynced.ShouldBeFalse(), health => health.Unavailable.ShouldBeTrue(), health => health.IsReady.ShouldBeTrue());
        _server.Refuse = _ => null;
        await _clock.AdvanceUntil(() => informer.HasSynced, TimeSpan.FromMinutes(6), "taken up");
        ShouldEqual(informer);
    }

    [Fact]
    public async Task A_collection_that_is_needed_is_not_ready_while_it_is_forbidden()
    {
        _server.Refuse = _ => FakeCollection.Error(HttpStatusCode.Forbidden, StatusReason.Forbidden);
        var informer = Start();
        await Eventually.Holds(() => informer.Health.FailingSince is not null, "failing");
        informer.Health.IsReady.ShouldBeFalse();
        informer.Health.IsRefused.ShouldBeTrue();
    }

    [Fact]
    public async Task The_store_keeps_no_managed_fields_and_finds_by_index()
    {
        _server.Put("a1");
        _server.Put("b1");
        var informer = Start();
        informer.AddIndex("first", value => [value.Metadata.Name![..1]]);
        await informer.WaitForSyncAsync(CancellationToken.None);
        _server.Put("a2");
        await Eventually.Holds(() => informer.Count == 3, "seen");
        informer.Store.All.ShouldAllBe(value => value.Metadata.ManagedFields == null);
        informer.Store.ByIndex("first", "a").Select(value => value.Metadata.Name).ShouldBe(["a1", "a2"], ignoreOrder: true);
        _server.Delete("a1");
        await Eventually.Holds(() => informer.Count == 2, "deleted");
        informer.Store.ByIndex("first", "a").Single().Metadata.Name.ShouldBe("a2");
        Should.Throw<ArgumentException>(() => informer.Store.ByIndex("other", "a"));
    }

    [Fact]
    public async Task A_handler_that_comes_late_is_told_of_what_is_there_and_one_that_fails_harms_nobody()
    {
        _server.Put("a");
        var informer = Start();
        await informer.WaitForSyncAsync(CancellationToken.None);
        using var failing = informer.AddHandler(_ => throw new InvalidOperationException("a fault in a handler"));
        var late = new List<string>();
        using (informer.AddHandler(change => late.Add($"{change.Type} {change.Object.Metadata.Name}")))
        {
            _server.Put("b");
            await Eventually.Holds(() => late.Count == 2, "told");
        }

        _server.Put("c");
        await Eventually.Holds(() => informer.Count == 3, "seen");
        late.ShouldBe(["Added a", "Added b"]);
    }

    [Fact]
    public async Task An_object_that_was_replaced_by_another_of_its_name_is_told_as_deleted_and_added()
    {
        _server.Put("a");
        var informer = Start();
        await informer.WaitForSyncAsync(CancellationToken.None);
        _server.Refuse = request => request == "watch" ? new IOException("away") : null;
        _server.Cut();
        await Eventually.Holds(() => informer.Health.FailingSince is not null, "cut");
        _server.Delete("a");
        _server.Put("a");
        _server.Compact();
        _server.Refuse = _ => null;
        await _clock.AdvanceUntil(() => Same(informer), TimeSpan.FromMinutes(1), "store equals server");
        _told.Select(told => told.Type).ShouldBe([ChangeType.Added, ChangeType.Deleted, ChangeType.Added]);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(Eventually.Patience);
    }

    public void Dispose() => _stop.Dispose();

    private Informer<ConfigMap> Start(InformerOptions? options = null, bool optional = false)
    {
        var informer = new Informer<ConfigMap>(ConfigMap.Resource, _server, options ?? new InformerOptions(), _clock, NullLogger.Instance, null) { Optional = optional };
        informer.AddHandler(change => _told.Add((change.Type, change.Object.Metadata.Name!, change.Object.Metadata.ResourceVersion!)));
        _running = Task.Run(() => ((IRunnableInformer)informer).RunAsync(_stop.Token));
        return informer;
    }

    private void ShouldEqual(Informer<ConfigMap> informer) =>
        informer.Store.All.ToDictionary(value => value.Key, value => value.Metadata.ResourceVersion!).ShouldBe(_server.State, ignoreOrder: true);

    private bool Same(Informer<ConfigMap> informer)
    {
        var state = _server.State;
        return informer.Count == state.Count && informer.Store.All.All(value => state.GetValueOrDefault(value.Key) == value.Metadata.ResourceVersion);
    }
}
