using System.Text;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Tests.Storage;

public sealed class ObjectStoreTests
{
    private readonly ObjectStore _store = new(NoLog.Instance, historyLimit: 4);

    private StoreCollection Things => _store.Collection(("", "things"));

    [Fact]
    public async Task Keys_are_ordered_as_paths_are()
    {
        foreach (var (ns, name) in new[] { ("a", "x"), ("a-b", "x"), ("a", "b"), ("b", "a") }) await _store.CreateAsync(Things, Draft(ns, name));
        _store.List(Things).Objects.Select(o => $"{o.Namespace}/{o.Name}").ShouldBe(["a-b/x", "a/b", "a/x", "b/a"]);
    }

    [Fact]
    public async Task Write_of_a_state_that_is_no_more_is_a_conflict()
    {
        var first = (await _store.CreateAsync(Things, Draft("n", "a"))).Object!;
        var second = await _store.UpdateAsync(Things, first, Draft("n", "a"));
        second.Outcome.ShouldBe(CommitOutcome.Committed);
        (await _store.UpdateAsync(Things, first, Draft("n", "a"))).Outcome.ShouldBe(CommitOutcome.Conflict);
        (await _store.DeleteAsync(Things, first)).Outcome.ShouldBe(CommitOutcome.Conflict);
        (await _store.DeleteAsync(Things, second.Object!)).Outcome.ShouldBe(CommitOutcome.Committed);
        (await _store.UpdateAsync(Things, second.Object!, Draft("n", "a"))).Outcome.ShouldBe(CommitOutcome.Missing);
    }

    [Fact]
    public async Task Stored_object_says_its_revision_and_its_deletion_the_later_one()
    {
        var created = (await _store.CreateAsync(Things, Draft("n", "a"))).Object!;
        Encoding.UTF8.GetString(created.Json).ShouldBe($$$"""{"metadata":{"resourceVersion":"{{{created.Revision}}}"}}""");
        var deleted = (await _store.DeleteAsync(Things, created)).Object!;
        deleted.Revision.ShouldBeGreaterThan(created.Revision);
        Encoding.UTF8.GetString(deleted.Json).ShouldBe($$$"""{"metadata":{"resourceVersion":"{{{deleted.Revision}}}"}}""");
    }

    [Fact]
    public async Task History_is_bounded_and_what_is_forgotten_cannot_be_read()
    {
        var start = _store.PublishedRevision;
        for (var i = 0; i < 6; i++) await _store.CreateAsync(Things, Draft("n", $"a{i}"));
        _store.ReadAfter(Things, start).ShouldBeNull();
        using var cursor = _store.ReadAfter(Things, start + 2).ShouldNotBeNull();
        var names = new List<string>();
        while (cursor.TryRead(out _) is { } change) names.Add(change.Current!.Name);
        names.ShouldBe(["a2", "a3", "a4", "a5"]);
    }

    [Fact]
    public async Task Reader_that_stays_behind_is_cut_off_and_others_are_not()
    {
        using var slow = _store.ReadAll(Things).Cursor;
        using var quick = _store.ReadAll(Things).Cursor;
        for (var i = 0; i < 300; i++)
        {
            await _store.CreateAsync(Things, Draft("n", $"a{i}"));
            quick.TryRead(out _).ShouldNotBeNull();
        }

        slow.WhenCutOff.IsCancellationRequested.ShouldBeTrue();
        quick.WhenCutOff.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public async Task Nothing_is_told_before_the_log_says_that_it_is_safe()
    {
        var log = new SlowLog();
        var store = new ObjectStore(log);
        var things = store.Collection(("", "things"));
        var create = store.CreateAsync(things, Draft("n", "a")).AsTask();
        ObjectStore.Get(things, "n", "a").ShouldBeNull();
        (await store.CreateAsync(things, Draft("n", "a"))).Outcome.ShouldBe(CommitOutcome.Exists);
        store.Publish(store.PublishedRevision + 1);
        log.Safe.SetResult();
        await create;
        ObjectStore.Get(things, "n", "a").ShouldNotBeNull();
    }

    private static ObjectDraft Draft(string ns, string name) =>
        new(new ObjectHeader(ns, name, $"uid-of-{name}"), """{"metadata":{"resourceVersion":""}}"""u8.ToArray(), 32);

    private sealed class SlowLog : IStoreLog
    {
        public TaskCompletionSource Safe { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsImmediate => false;

        public StoreFailedException? Failure => null;

        public void Append(StoreChange change)
        {
        }

        public Task FlushAsync(long revision) => Safe.Task;
    }
}
