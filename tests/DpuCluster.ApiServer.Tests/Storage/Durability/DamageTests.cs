using System.Buffers.Binary;
using DpuCluster.ApiServer.Storage.Durability;
using DpuCluster.Testing;
using Microsoft.Extensions.Logging;

namespace DpuCluster.ApiServer.Tests.Storage.Durability;

public sealed class DamageTests
{
    private const string Log = "log-000000000001";
    private const string Snapshot = "snapshot-000000000002";

    [Fact]
    public async Task Last_block_torn_at_any_byte_is_cut_with_a_warning_that_says_where()
    {
        var (files, ends, contents) = await ThreeBlocksAsync();
        var whole = files[Log];
        for (var length = ends[1] + 1; length < ends[2]; length++)
        {
            var torn = new MemoryFiles { [Log] = whole[..length] };
            ShouldBeCut(torn, contents[1], ends[1], length - ends[1]);
        }
    }

    [Fact]
    public async Task Block_of_several_writes_that_is_torn_is_cut_as_a_whole()
    {
        var files = new MemoryFiles();
        using (var store = new OpenStore(files))
        {
            using var inFlush = new SemaphoreSlim(0);
            using var goOn = new SemaphoreSlim(0);
            files.Syncing = () =>
            {
                inFlush.Release();
                goOn.Wait();
            };
            var first = Task.Run(() => store.PutAsync("first"));
            await inFlush.WaitAsync();
            var others = Enumerable.Range(0, 3).Select(i => store.PutAsync($"map-{i}")).ToList();
            goOn.Release(2);
            await Task.WhenAll([first, .. others]);
        }

        files.Syncing = null;
        var whole = files[Log];
        var start = FileHeader.Size + FrameBuffer.HeaderSize + BinaryPrimitives.ReadInt32LittleEndian(whole.AsSpan(FileHeader.Size + sizeof(uint)));
        for (var length = start + 1; length < whole.Length; length++)
        {
            using var store = new OpenStore(new MemoryFiles { [Log] = whole[..length] });
            store.Content.Keys.ShouldHaveSingleItem($"cut at {length}").ShouldBe("first");
            store.Store.PublishedRevision.ShouldBeGreaterThan(store.Maps.Published[0].Revision, $"cut at {length}");
        }
    }

    [Fact]
    public async Task Last_block_with_any_byte_flipped_is_cut_with_a_warning()
    {
        var (files, ends, contents) = await ThreeBlocksAsync();
        for (var at = ends[1]; at < ends[2]; at++)
        {
            var flipped = new MemoryFiles { [Log] = Flip(files[Log], at) };
            ShouldBeCut(flipped, contents[1], ends[1], ends[2] - ends[1]);
        }
    }

    [Fact]
    public async Task Byte_flipped_before_the_last_block_is_refused_with_file_and_offset()
    {
        var (files, ends, _) = await ThreeBlocksAsync();
        for (var at = 0; at < ends[1]; at++)
        {
            var flipped = new MemoryFiles { [Log] = Flip(files[Log], at) };
            var offset = at < FileHeader.Size ? 0 : at < ends[0] ? FileHeader.Size : ends[0];
            Should.Throw<DataRefusedException>(() => new OpenStore(flipped), $"byte {at}").Message.ShouldContain($"/data/{Log} is corrupt at byte {offset} ");
        }
    }

    [Fact]
    public async Task Cut_tail_stays_cut_and_is_told_once()
    {
        var (files, ends, contents) = await ThreeBlocksAsync();
        files[Log] = files[Log][..(ends[2] - 1)];
        using (var store = new OpenStore(files)) await store.PutAsync("later");
        var said = new SaidMessages();
        using var again = new OpenStore(files, logger: said);
        said.All.ShouldBeEmpty();
        again.Content.Keys.ShouldBe([.. contents[1].Keys, "later"], ignoreOrder: true);
    }

    [Fact]
    public async Task Revisions_that_may_be_lost_with_a_tail_are_not_given_out_again()
    {
        var (files, ends, _) = await ThreeBlocksAsync();
        long told;
        using (var store = new OpenStore(files)) told = store.Store.PublishedRevision;
        files = (await ThreeBlocksAsync()).Files;
        files[Log] = files[Log][..(ends[2] - 1)];
        using var again = new OpenStore(files);
        (await again.PutAsync("later")).Revision.ShouldBeGreaterThan(told);

        // Whoever has seen more than is left must not be told of what follows as if nothing was missing.
        again.Store.ReadAfter(again.Maps, told).ShouldBeNull();
    }

    [Fact]
    public async Task Snapshot_with_any_byte_flipped_or_missing_is_refused()
    {
        var files = await CompactedAsync();
        var whole = files[Snapshot];
        for (var at = 0; at < whole.Length; at++)
        {
            files[Snapshot] = Flip(whole, at);
            Should.Throw<DataRefusedException>(() => new OpenStore(files.AfterKill()), $"byte {at} flipped").Message.ShouldContain($"/data/{Snapshot} is corrupt at byte ");
            files[Snapshot] = whole[..at];
            Should.Throw<DataRefusedException>(() => new OpenStore(files.AfterKill()), $"cut at {at}").Message.ShouldContain($"/data/{Snapshot} is corrupt at byte ");
        }
    }

    [Fact]
    public async Task Missing_file_is_refused_by_name()
    {
        var files = await CompactedAsync();
        var last = files.Names().Where(name => name.StartsWith("log-", StringComparison.Ordinal)).Max()!;
        var without = files.AfterKill();
        without.Delete(Snapshot);
        Should.Throw<DataRefusedException>(() => new OpenStore(without)).Message.ShouldContain($"{Log} is missing");
        without = files.AfterKill();
        foreach (var log in without.Names().Where(name => name != Snapshot)) without.Delete(log);
        Should.Throw<DataRefusedException>(() => new OpenStore(without)).Message.ShouldContain("log-000000000002 is missing");
        last.ShouldNotBe(Log);
    }

    [Theory]
    [InlineData(Log)]
    [InlineData(Snapshot)]
    public async Task Newer_format_is_refused_as_such(string name)
    {
        var files = name == Log ? (await ThreeBlocksAsync()).Files : await CompactedAsync();
        var bytes = files[name];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), 7);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(44), Checksum.Of(0, bytes.AsSpan(0, 44)));
        files[name] = bytes;
        var refused = Should.Throw<DataRefusedException>(() => new OpenStore(files));
        refused.Message.ShouldContain($"/data/{name} was written by a newer version of this program (format 7; this one knows up to 1)");
        refused.Remedy.ShouldNotBeNull();
    }

    private static void ShouldBeCut(MemoryFiles files, Dictionary<string, string> content, int offset, int bytes)
    {
        var said = new SaidMessages();
        using var store = new OpenStore(files, logger: said);
        store.Content.ShouldBe(content, ignoreOrder: true);
        var (level, text) = said.All.ShouldHaveSingleItem();
        level.ShouldBe(LogLevel.Warning);
        text.ShouldStartWith($"/data/{Log}: cut at byte {offset}: the {bytes} bytes behind it");
    }

    /// <summary>A log of three blocks: where each ends, and what was stored by then.</summary>
    private static async Task<(MemoryFiles Files, int[] Ends, Dictionary<string, string>[] Contents)> ThreeBlocksAsync()
    {
        var files = new MemoryFiles();
        var ends = new int[3];
        var contents = new Dictionary<string, string>[3];
        using var store = new OpenStore(files);
        for (var i = 0; i < ends.Length; i++)
        {
            await store.PutAsync($"map-{i}", "grüße");
            ends[i] = files[Log].Length;
            contents[i] = store.Content;
        }

        return (files, ends, contents);
    }

    /// <summary>Files with a snapshot and the logs behind it.</summary>
    private static async Task<MemoryFiles> CompactedAsync()
    {
        var files = new MemoryFiles();
        using (var store = new OpenStore(files, compactAt: 1))
        {
            await store.PutAsync("a");
            await store.PutAsync("b");
            await Eventually.Holds(() => files.HasSnapshot, "there is a snapshot");
        }

        // Only the first one is wanted: what came after it stands in the logs.
        return files.Names().Where(name => name.StartsWith("snapshot", StringComparison.Ordinal)).Max() == Snapshot && !files.Names().Contains(Log)
            ? files
            : await CompactedAsync();
    }

    private static byte[] Flip(byte[] bytes, int at)
    {
        var flipped = bytes.ToArray();
        flipped[at] ^= (byte)(1 << (at % 8));
        return flipped;
    }
}
