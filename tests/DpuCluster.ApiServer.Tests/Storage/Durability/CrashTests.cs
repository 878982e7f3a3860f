using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Tests.Storage.Durability;

/// <summary>A process that ends in any operation on its files, compactions included, one after the other.</summary>
public sealed class CrashTests
{
    [Fact]
    public Task What_was_acknowledged_is_there_after_a_kill_at_any_point() => AtEveryPointAsync(files => files.AfterKill());

    [Fact]
    public Task What_was_acknowledged_is_there_after_a_loss_of_power_at_any_point() => AtEveryPointAsync(files => files.AfterPowerLoss());

    private static async Task AtEveryPointAsync(Func<MemoryFiles, MemoryFiles> after)
    {
        var ended = true;
        for (var point = 1; ended; point++)
        {
            var files = new MemoryFiles { EndsIn = point };
            var told = await WriteUntilTheEndAsync(files);
            ended = files.HasEnded;
            var found = after(files);
            long revision;
            using (var store = new OpenStore(found, compactAt: 600))
            {
                ShouldBeWhatWasTold(store, told, point);
                revision = (await store.PutAsync("after")).Revision;
                revision.ShouldBeGreaterThan(told.Revision, $"ended in operation {point}");
            }

            using var again = new OpenStore(found);
            again.Content.ShouldContainKey("after");
            again.Store.PublishedRevision.ShouldBe(revision);
        }
    }

    private static void ShouldBeWhatWasTold(OpenStore store, Told told, int point)
    {
        // The one write that was never answered may have happened or not.
        var content = store.Content;
        if (told.InDoubt is { } name)
        {
            content.Remove(name);
            told.Content.Remove(name);
        }

        content.ShouldBe(told.Content, ignoreOrder: true, customMessage: $"ended in operation {point}");
    }

    private static async Task<Told> WriteUntilTheEndAsync(MemoryFiles files)
    {
        var told = new Told();
        try
        {
            using var store = new OpenStore(files, compactAt: 600);
            for (var i = 0; i < 30; i++)
            {
                var name = $"map-{i % 4}";
                told.InDoubt = name;
                StoredObject answer;
                if (i % 5 == 4 && told.Content.ContainsKey(name))
                {
                    answer = await store.RemoveAsync(name);
                    told.Content.Remove(name);
                }
                else
                {
                    answer = await store.PutAsync(name, $"{i}");
                    told.Content[name] = answer.ToString();
                }

                (told.Revision, told.InDoubt) = (answer.Revision, null);
            }
        }
        catch (IOException) when (files.HasEnded)
        {
            // As it was meant to.
        }

        return told;
    }

    private sealed class Told
    {
        public Dictionary<string, string> Content { get; } = [];

        public long Revision { get; set; }

        public string? InDoubt { get; set; }
    }
}
