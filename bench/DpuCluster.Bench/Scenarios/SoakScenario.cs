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

    /// <summary>At most so much more memory after an hour: what a leak of one byte a broken watch and object would exceed.</summary>
    private const double FlatMebibytes = 6;

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

        // Until pools, caches and compiled code are what they will be.
        var warm = Math.Min(5, options.Minutes / 3.0);
        var last = Math.Max(warm, options.Minutes - warm);
        _figures.Add(new("watches begun", size, _watches, Unit.Count) { Note = $"in {options.Minutes} min, both processes together" });
        var chart = new LineChart($"Connections cut every second, {options.Clusters} static DPUClusters");
        foreach (var one in all)
        {
            var before = one.Memory.MedianBetween(warm, warm * 2);
            var slope = one.Memory.SlopePerHour(warm);
            _figures.Add(new($"{one.Name}: resident memory, minutes {warm:0.#} to {warm * 2:0.#}", size, before, Unit.Mebibytes) { Note = "median" });
            _figures.Add(new($"{one.Name}: resident memory, the last {warm:0.#} minutes", size, one.Memory.MedianBetween(last, double.MaxValue), Unit.Mebibytes) { Note = "median" });
            _figures.Add(new($"{one.Name}: managed heap, minutes {warm:0.#} to {warm * 2:0.#}", size, one.Heap.MedianBetween(warm, warm * 2), Unit.Mebibytes) { Note = "median" });
            _figures.Add(new($"{one.Name}: managed heap, the last {warm:0.#} minutes", size, one.Heap.MedianBetween(last, double.MaxValue), Unit.Mebibytes) { Note = "median" });
            _figures.Add(new($"{one.Name}: growth of the managed heap, MiB an hour", size, one.Heap.SlopePerHour(warm), Unit.Count)
            {
                Target = FlatMebibytes,
                Note = $"straight line through everything after minute {warm:0.#}; resident memory: {slope:0.#}, compiled code and buffers of TLS included",
            });
            AddCount("open files", one, one.Files, warm, last, size);
            AddCount("connections", one, one.Connections, warm, last, size);
        }

        _figures.Add(new("create → Ready when it is over", "1", readyAfterwards, Unit.Milliseconds));
        chart.Add("resident memory, MiB", [.. all.Select(one => one.Memory)]);
        chart.Add("managed heap, MiB", [.. all.Select(one => one.Heap)]);
        chart.Add("open files", [.. all.Select(one => one.Files)]);
        chart.Add("connections to the API server", [.. all.Select(one => one.Connections)]);
        if (options.Picture is { } file)
        {
            File.WriteAllText(file, chart.ToSvg());
        }
    }

    private void AddCount(string what, Soaked one, Curve curve, double warm, double last, string size) =>
        _figures.Add(new($"{one.Name}: {what}, the last {warm:0.#} minutes", size, curve.MedianBetween(last, double.MaxValue), Unit.Count)
        {
            Target = curve.MedianBetween(warm, warm * 2) + 1,
            Note = $"median; minutes {warm:0.#} to {warm * 2:0.#}: {Figure.Format(curve.MedianBetween(warm, warm * 2), Unit.Count)}",
        });
}
