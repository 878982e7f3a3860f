using System.Diagnostics;
using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Bench.Measure;
using DpuCluster.Faults;
using DpuCluster.Kubernetes.Client;

namespace DpuCluster.Bench.Scenarios;

/// <summary>
/// Controllers whose connections break every second, for half an hour: what they take for a watch they must give back. Each runs in a process
/// of its own, behind a proxy of its own that breaks what it is told to break; objects change all the while. There are no leases: who cannot
/// renew one for 10 s, as may happen on a busy machine whose connections live for a second, has to end.
/// </summary>
internal sealed class SoakScenario(ScenarioOptions options, Action<string> tell)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    /// <summary>How many beats between two looks at the processes.</summary>
    private const int LookEvery = 5;

    /// <summary>At most so much more memory in the last third than in the second one: what a leak of 4 KiB a cut would exceed.</summary>
    private const double FlatMebibytes = 2;

    private readonly List<Figure> _figures = [];
    private readonly Random _random = new(1);
    private int _watches;

    public static Scenario Scenario { get; } = new(
        "soak",
        "Watches broken every second",
        "Controllers whose connections are cut every second: memory, open files and connections over time.",
        "clusters",
        [
            new(ScenarioOptions.MinutesOption, "How long connections are cut, 1 to 1440 minutes.", 30, 1, 1440),
            new(ScenarioOptions.ClustersOption, "How many static DPUClusters there are, 1 to 5000.", 100, 1, 5000),
        ],
        ["soak"],
        (options, tell, cancellation) => new SoakScenario(options, tell).RunAsync(cancellation));

    private async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellation)
    {
        await using var workshop = new Workshop(options.Executable);
        tell("starting a host cluster and a tenant");
        var host = await workshop.StartTenantAsync("host", cancellation);
        var tenant = await workshop.StartTenantAsync("tenant", cancellation);
        using var client = host.Connect();
        var site = new StaticSite(client);
        await site.InstallAsync(cancellation);
        await site.CreateSecretsAsync(options.Clusters + 1, tenant, cancellation);
        await using var provisioning = await Soaked.StartAsync(workshop, host, Controllers.ProvisioningController, cancellation);
        await using var manager = await Soaked.StartAsync(workshop, host, Controllers.StaticManager, cancellation);
        await using var watch = await ClusterWatch.StartAsync(site.Clusters, ClusterSite.Namespace, cancellation);
        await site.CreateClustersAsync(Enumerable.Range(0, options.Clusters), cancellation);
        await watch.UntilAsync(ClusterPhase.Ready, options.Clusters, Limit, cancellation);

        await BreakAsync(site, [provisioning, manager], cancellation);
        var begun = Stopwatch.GetTimestamp();
        await site.CreateClustersAsync([options.Clusters], cancellation);
        await watch.UntilAsync(ClusterPhase.Ready, options.Clusters + 1, Limit, cancellation);
        Report([provisioning, manager], Time.MillisecondsSince(begun));
        return _figures;
    }

    private async Task BreakAsync(StaticSite site, IReadOnlyList<Soaked> all, CancellationToken cancellation)
    {
        var beats = options.Minutes * 60;
        tell($"cutting connections every second for {options.Minutes} min");
        foreach (var one in all)
        {
            one.Proxy.Plan = request => request.IsWatch ? OfWatch() : null;
        }

        var started = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(Beat);
        for (var beat = 0; beat < beats && await timer.WaitForNextTickAsync(cancellation); beat++)
        {
            // What no watch tells while it is broken, the next one must.
            var patch = Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["bench/beat"] = $"{beat}" } } });
            await site.Clusters.PatchAsync(ClusterSite.Namespace, ClusterSite.NameOf(beat % options.Clusters), patch, null, cancellation);
            foreach (var one in all)
            {
                if (beat % LookEvery == 0)
                {
                    _watches += await one.LookAsync(Stopwatch.GetElapsedTime(started).TotalMinutes, cancellation);
                }

                one.Proxy.CutAll();
            }

            if (beat % 60 == 0)
            {
                tell($"  minute {beat / 60}: {string.Join("; ", all)}");
            }
        }

        foreach (var one in all)
        {
            one.Proxy.Plan = static _ => null;
        }
    }

    /// <summary>Besides the cuts: an event that ends in its midst, and a history that is gone.</summary>
    private StreamFault? OfWatch()
    {
        lock (_random)
        {
            return _random.Next(8) switch
            {
                0 => new StreamFault { EndAfter = _random.Next(1, 4000), End = StreamEnd.Truncated },
                1 => new StreamFault { ErrorAfter = _random.Next(4) },
                _ => null,
            };
        }
    }

    private void Report(IReadOnlyList<Soaked> all, double readyAfterwards)
    {
        var size = $"{options.Clusters}";

        // Until pools, caches and compiled code are what they will be, and all connections to clusters have been replaced once, after 5 min.
        var warm = Math.Min(10, options.Minutes / 3.0);
        var last = Math.Max(warm, options.Minutes - warm);
        _figures.Add(new("watches begun", size, _watches, Unit.Count) { Note = $"in {options.Minutes} min, both processes together" });
        var chart = new LineChart($"Connections cut every second, {options.Clusters} static DPUClusters");
        foreach (var one in all)
        {
            AddMemory("resident memory, median", one, one.Memory, static (curve, from, to) => curve.MedianBetween(from, to), warm, last, size);

            // What is in use after a full collection, of which there is none for minutes.
            AddMemory("managed heap, the least", one, one.Heap, static (curve, from, to) => curve.LeastBetween(from, to), warm, last, size);
            AddMemory("heap of native libraries, median", one, one.Native, static (curve, from, to) => curve.MedianBetween(from, to), warm, last, size);
            AddCount("open files", one, one.Files, warm, last, size);
            AddCount("connections", one, one.Connections, warm, last, size);
        }

        _figures.Add(new("create → Ready when it is over", "1", readyAfterwards, Unit.Milliseconds));
        chart.Add("resident memory, MiB", [.. all.Select(one => one.Memory)]);
        chart.Add("managed heap, MiB", [.. all.Select(one => one.Heap)]);
        chart.Add("heap of native libraries, MiB", [.. all.Select(one => one.Native)]);
        chart.Add("open files", [.. all.Select(one => one.Files)]);
        chart.Add("connections to the API server", [.. all.Select(one => one.Connections)]);
        if (options.Picture is { } file)
        {
            File.WriteAllText(file, chart.ToSvg());
        }
    }

    private void AddMemory(string what, Soaked one, Curve curve, Func<Curve, double, double, double> value, double warm, double last, string size)
    {
        var (before, after) = (value(curve, warm, warm * 2), value(curve, last, double.MaxValue));
        _figures.Add(new($"{one.Name}: {what}, minutes {warm:0.#} to {warm * 2:0.#}", size, before, Unit.Mebibytes));
        _figures.Add(new($"{one.Name}: {what}, the last {warm:0.#} minutes", size, after, Unit.Mebibytes));
        _figures.Add(new($"{one.Name}: {what}, growth between these in MiB", size, after - before, Unit.Count)
        {
            Target = FlatMebibytes,
            Note = FormattableString.Invariant($"straight line through everything after minute {warm:0.#}: {curve.SlopePerHour(warm):0.#} MiB an hour"),
        });
    }

    private void AddCount(string what, Soaked one, Curve curve, double warm, double last, string size) =>
        _figures.Add(new($"{one.Name}: {what}, the last {warm:0.#} minutes", size, curve.MedianBetween(last, double.MaxValue), Unit.Count)
        {
            Target = curve.MedianBetween(warm, warm * 2) + 1,
            Note = $"median; minutes {warm:0.#} to {warm * 2:0.#}: {Figure.Format(curve.MedianBetween(warm, warm * 2), Unit.Count)}",
        });
}
