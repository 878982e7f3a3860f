using DpuCluster.ApiServer.Storage;
using DpuCluster.Testing;
using Microsoft.Extensions.Logging;

namespace DpuCluster.ApiServer.Tests.Storage.Durability;

public sealed class DurableLogTests
{
    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(1)]
    public async Task Everything_comes_back_as_it_was(long compactAt)
    {
        var files = new MemoryFiles();
        Dictionary<string, string> content;
        long revision;
        using (var store = new OpenStore(files, compactAt))
        {
            for (var i = 0; i < 50; i++) await store.PutAsync($"map-{i}", $"ä{i}");
            for (var i = 0; i < 50; i += 3) await store.PutAsync($"map-{i}", "again");
            for (var i = 0; i < 50; i += 7) await store.RemoveAsync($"map-{i}");
            (content, revision) = (store.Content, store.Store.PublishedRevision);
        }

        using var again = new OpenStore(files, compactAt);
        again.Content.ShouldBe(content, ignoreOrder: true);
        again.Store.PublishedRevision.ShouldBe(revision);
        var obj = ObjectStore.Get(again.Maps, "default", "map-1")!;
        var (restored, drafted) = (obj.Header, OpenStore.Draft("map-1", "").Header);
        restored.Uid.ShouldBe(drafted.Uid);
        restored.Labels.ShouldBe(drafted.Labels);
        restored.Owners.ShouldBe(drafted.Owners);
        obj.WithRevision(123456).ToString().ShouldContain("\"resourceVersion\":\"123456\"");
        (await again.PutAsync("new")).Revision.ShouldBe(revision + 1);
    }

    [Fact]
    public async Task Watch_goes_on_from_before_a_restart()
    {
        var files = new MemoryFiles();
        long seen;
        using (var store = new OpenStore(files))
        {
            seen = (await store.PutAsync("a")).Revision;
            await store.PutAsync("b");
            await store.RemoveAsync("a");
        }

        using var again = new OpenStore(files);
        await again.PutAsync("c");
        using var cursor = again.Store.ReadAfter(again.Maps, seen).ShouldNotBeNull();
        var told = new List<string>();
        while (cursor.TryRead(out _) is { } change) told.Add(change.Current is { } current ? $"+{current.Name}" : $"-{change.Previous!.Name}");
        told.ShouldBe(["+b", "-a", "+c"]);
    }

    [Fact]
    public async Task Watch_from_before_a_snapshot_is_told_to_list_again()
    {
        var files = new MemoryFiles();
        long seen;
        using (var store = new OpenStore(files, compactAt: 1))
        {
            seen = (await store.PutAsync("a")).Revision;
            await store.PutAsync("b");
            await store.PutAsync("c");
            await Eventually.Holds(() => files.HasSnapshot, "there is a snapshot");
        }

        using var again = new OpenStore(files);
        again.Store.ReadAfter(again.Maps, seen - 1).ShouldBeNull();
        again.Store.StateAt(again.Maps, seen - 1).ShouldBeNull();

        // Of what nothing is kept, nobody can say that nothing has happened to it.
        again.Store.ReadAfter(again.Store.Collection(("", "secrets")), seen - 1).ShouldBeNull();
        again.Store.ReadAfter(again.Maps, again.Store.PublishedRevision).ShouldNotBeNull().Dispose();
    }

    [Fact]
    public async Task Writers_that_come_while_a_flush_is_under_way_share_the_next_one()
    {
        var files = new MemoryFiles();
        using var store = new OpenStore(files);
        using var inFlush = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        var flushes = 0;
        files.Syncing = () =>
        {
            flushes++;
            inFlush.Release();
            goOn.Wait();
        };
        var writers = new List<Task> { Task.Run(() => store.PutAsync("first")) };
        await inFlush.WaitAsync();
        for (var i = 0; i < 100; i++) writers.Add(store.PutAsync($"map-{i}"));
        store.Content.ShouldBeEmpty();
        goOn.Release(2);
        await Task.WhenAll(writers);
        flushes.ShouldBe(2);
        store.Content.Count.ShouldBe(101);
    }

    [Fact]
    public async Task Disk_use_is_bounded_by_what_is_stored_and_not_by_what_is_written()
    {
        var files = new MemoryFiles();
        var value = new string('x', 500);
        using (var store = new OpenStore(files, compactAt: 20_000))
        {
            for (var i = 0; i < 5_000; i++)
            {
                await store.PutAsync($"map-{i % 10}", value);

                // A writer may be ahead of the compaction, by whatever it writes meanwhile.
                if (files.TotalLength > 60_000) await Eventually.Holds(() => files.TotalLength < 60_000, "the log is compacted");
            }
        }

        using var again = new OpenStore(files);
        again.Content.Count.ShouldBe(10);
    }

    [Fact]
    public async Task Starts_without_many_writes_do_not_pile_up_files()
    {
        var files = new MemoryFiles();
        for (var i = 0; i < 200; i++)
        {
            using var store = new OpenStore(files);
            await store.PutAsync($"map-{i}");
            if (store.Recovered.LogCount >= 32) await Eventually.Holds(() => files.Names().Count < 32, "the logs are compacted");
        }

        using var again = new OpenStore(files);
        again.Content.Count.ShouldBe(200);
        files.Names().Count.ShouldBeLessThan(40);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Write_error_ends_all_writing_and_what_was_refused_does_not_appear(bool isOfTheDisk)
    {
        Exception error = isOfTheDisk ? new IOException("No space left on device") : new InvalidOperationException("a fault of our own");
        var files = new MemoryFiles();
        var said = new SaidMessages();
        using (var store = new OpenStore(files, logger: said))
        {
            await store.PutAsync("before");
            files.Error = error;
            (await Should.ThrowAsync<StoreFailedException>(() => store.PutAsync("refused"))).Message.ShouldContain(error.Message);
            files.Error = null;
            await Should.ThrowAsync<StoreFailedException>(() => store.PutAsync("refused too"));
            await Should.ThrowAsync<StoreFailedException>(() => store.Store.SettledAsync());
            store.Store.Failure.ShouldNotBeNull();
            store.Content.Keys.ShouldBe(["before"]);
        }

        said.All.ShouldContain(one => one.Level == LogLevel.Critical && one.Text.StartsWith("/data cannot be written any more", StringComparison.Ordinal));
        using var again = new OpenStore(files);
        again.Content.Keys.ShouldBe(["before"]);
    }

    [Fact]
    public async Task Nothing_is_acknowledged_any_more_once_the_disk_has_failed_to_make_a_write_safe()
    {
        var files = new MemoryFiles();
        var disk = new FilledDisk();
        using (var store = new OpenStore(disk.Of(files)))
        {
            await store.PutAsync("before");
            disk.CannotSync = true;
            (await Should.ThrowAsync<StoreFailedException>(() => store.PutAsync("refused"))).Message.ShouldContain("Input/output error");

            // The next one would succeed, and say nothing about what came before.
            disk.CannotSync = false;
            await Should.ThrowAsync<StoreFailedException>(() => store.PutAsync("later"));
            await Should.ThrowAsync<StoreFailedException>(() => store.Store.SettledAsync());
            store.Content.Keys.ShouldBe(["before"]);
        }

        foreach (var found in new[] { files.AfterKill(), files.AfterPowerLoss() })
        {
            using var again = new OpenStore(found);
            again.Content.Keys.ShouldBe(["before"]);
            await again.PutAsync("after");
        }
    }

    [Fact]
    public async Task Compaction_that_fails_leaves_the_store_working()
    {
        var files = new MemoryFiles();
        var said = new SaidMessages();
        using (var store = new OpenStore(new FilledDisk { OnlyFor = "snapshot", IsFull = true }.Of(files), compactAt: 500, logger: said))
        {
            for (var i = 0; i < 40; i++) await store.PutAsync($"map-{i}");
            await Eventually.Holds(() => said.All.Any(one => one.Text.Contains("the log was not replaced", StringComparison.Ordinal)), "the failure is told");
            store.Store.Failure.ShouldBeNull();
            await store.PutAsync("after");
        }

        files.Names().ShouldNotContain(name => name.StartsWith("snapshot", StringComparison.Ordinal));
        using var again = new OpenStore(files);
        again.Content.Count.ShouldBe(41);
    }
}
