using DpuCluster.Controllers.Informers;
using DpuCluster.Faults.Tests.Properties;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing;
using Xunit.Abstractions;

namespace DpuCluster.Faults.Tests;

/// <summary>What is taken for a watch is given back when it breaks, however often.</summary>
public sealed class LeakTests(ITestOutputHelper output) : ProxyFixture
{
    private const int Rounds = 300;

    [Fact]
    public async Task After_hundreds_of_broken_watches_connections_timers_files_and_bytes_are_as_many_as_before()
    {
        await using var informers = new InformerFactory(Through(), null, null, null, Replica.Fast(new Random(1)).Informers);
        var scope = Copier.Scope;
        var (maps, metadata, loose) = (informers.For<ConfigMap>(scope), informers.Metadata(ConfigMap.Resource, scope), informers.Unstructured(ConfigMap.Resource, scope));
        await CreateAsync("a");
        informers.Start();
        await informers.WaitForSyncAsync(default);

        // The first rounds fill pools and caches.
        await BreakAsync(50, maps, metadata, loose);
        var before = await SettleAsync(_ => true);
        await BreakAsync(Rounds, maps, metadata, loose);

        // Far below one of anything, or 8 KiB, for each round.
        var after = await SettleAsync(now => now.Connections == before.Connections
            && now.Requests == before.Requests
            && now.Timers < before.Timers + (Rounds / 10)
            && now.Files < before.Files + (Rounds / 10)
            && now.Bytes < before.Bytes + (Rounds * 8 * 1024));
        output.WriteLine($"before {before}, after {Rounds} rounds {after}");
        after.Connections.ShouldBe(1);
        after.Requests.ShouldBe(3, "one watch an informer");
    }

    private async Task BreakAsync(int rounds, Informer<ConfigMap> maps, Informer<PartialObjectMetadata> metadata, Informer<Unstructured> loose)
    {
        var key = new NamespacedName(Namespace, "a");
        for (var round = 0; round < rounds; round++)
        {
            Proxy.CutAll();
            var map = await Maps.ReplaceAsync(Copier.Map("a", new Dictionary<string, string> { ["value"] = $"{round}" }), null, default);
            var version = map.Metadata.ResourceVersion;
            await Eventually.Holds(
                () => maps.Store.Find(key)?.Metadata.ResourceVersion == version
                    && metadata.Store.Find(key)?.Metadata.ResourceVersion == version
                    && loose.Store.Find(key)?.Metadata.ResourceVersion == version,
                $"round {round}: all have seen the change");
        }
    }

    private Task<Figures> SettleAsync(Func<Figures, bool> condition) => Eventually.Get(
        () =>
        {
            // What is measured is what somebody still holds on to.
            Proxy.Requests.Clear();
            var bytes = GC.GetTotalMemory(forceFullCollection: true);
            GC.WaitForPendingFinalizers();
            var files = Directory.Exists("/proc/self/fd") ? Directory.GetFiles("/proc/self/fd").Length : 0;
            return Task.FromResult(new Figures(Proxy.OpenConnections, Proxy.ActiveRequests, Timer.ActiveCount, files, bytes));
        },
        figures => figures is { Connections: 1, Requests: 3 } && condition(figures),
        "everything is as before",
        TimeSpan.FromMinutes(2));

    private sealed record Figures(int Connections, int Requests, long Timers, int Files, long Bytes);
}
