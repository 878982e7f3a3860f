using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Tests.Storage;

public sealed class StoreCursorTests
{
    private readonly ObjectStore _store = new(NoLog.Instance);

    private StoreCollection Things => _store.Collection(("", "things"));

    [Fact]
    public async Task Waits_until_there_is_a_change_and_not_when_there_is_one()
    {
        using var cursor = _store.ReadAll(Things).Cursor;
        var wait = cursor.WaitAsync().AsTask();
        wait.IsCompleted.ShouldBeFalse();
        await CreateAsync("a");
        (await wait).ShouldBeFalse();
        (await cursor.WaitAsync()).ShouldBeFalse();
        cursor.TryRead(out _)!.Current!.Name.ShouldBe("a");
        cursor.TryRead(out _).ShouldBeNull();
        cursor.WaitAsync().AsTask().IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Change_of_another_collection_wakes_nobody_here()
    {
        using var cursor = _store.ReadAll(Things).Cursor;
        using var other = _store.ReadAll(_store.Collection(("", "others"))).Cursor;
        var (here, there) = (cursor.WaitAsync().AsTask(), other.WaitAsync().AsTask());
        await _store.CreateAsync(_store.Collection(("", "others")), Draft("a"));
        (await there).ShouldBeFalse();
        here.IsCompleted.ShouldBeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Interruption_ends_one_wait_whether_it_comes_before_or_during_it(bool before)
    {
        using var cursor = _store.ReadAll(Things).Cursor;
        if (before) cursor.Interrupt();
        var wait = cursor.WaitAsync().AsTask();
        if (!before) cursor.Interrupt();
        (await wait).ShouldBeTrue();
        cursor.WaitAsync().AsTask().IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Many_readers_miss_nothing_however_they_are_interrupted()
    {
        const int Changes = 2000;
        var ended = 0;
        var cursors = Enumerable.Range(0, 50).Select(_ => _store.ReadAll(Things).Cursor).ToList();
        var readers = cursors.Select(cursor => Task.Run(async () =>
        {
            try
            {
                var read = 0;
                while (true)
                {
                    while (cursor.TryRead(out _) is { } change) change.Current!.Name.ShouldBe($"thing-{read++}");
                    if (read == Changes) return;
                    await cursor.WaitAsync();
                }
            }
            finally
            {
                Interlocked.Increment(ref ended);
            }
        })).ToList();
        var interruptions = Task.Run(async () =>
        {
            for (var i = 0; Volatile.Read(ref ended) < cursors.Count; i++)
            {
                cursors[i % cursors.Count].Interrupt();
                if (i % cursors.Count == 0) await Task.Yield();
            }
        });
        for (var i = 0; i < Changes; i++) await CreateAsync($"thing-{i}");
        await Task.WhenAll(readers).WaitAsync(TimeSpan.FromMinutes(2));
        await interruptions;
        foreach (var cursor in cursors) cursor.Dispose();
    }

    [Fact]
    public async Task Last_change_wakes_every_reader_without_anything_after_it()
    {
        for (var round = 0; round < 200; round++)
        {
            var cursors = Enumerable.Range(0, 40).Select(_ => _store.ReadAll(Things).Cursor).ToList();
            var readers = cursors.Select(cursor => Task.Run(async () =>
            {
                while (cursor.TryRead(out _) is null) await cursor.WaitAsync();
            })).ToList();
            await CreateAsync($"last-{round}");
            await Task.WhenAll(readers).WaitAsync(TimeSpan.FromMinutes(2));
            foreach (var cursor in cursors) cursor.Dispose();
        }
    }

    private async Task CreateAsync(string name) => (await _store.CreateAsync(Things, Draft(name))).Outcome.ShouldBe(CommitOutcome.Committed);

    private static ObjectDraft Draft(string name) =>
        new(new ObjectHeader("n", name, $"uid-of-{name}"), """{"metadata":{"resourceVersion":""}}"""u8.ToArray(), 32);
}
