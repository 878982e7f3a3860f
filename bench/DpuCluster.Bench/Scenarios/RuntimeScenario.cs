using DpuCluster.Bench.Measure;

namespace DpuCluster.Bench.Scenarios;

/// <summary>The controller runtime: how soon a change is reconciled, what a watch event and an object cost, how a lease changes hands.</summary>
internal sealed class RuntimeScenario(ScenarioOptions options, Action<string> tell)
{
    private const string LatencyPart = "latency";
    private const string AllocationsPart = "allocations";
    private const string MemoryPart = "memory";
    private const string LeasesPart = "leases";

    private readonly List<Figure> _figures = [];

    public static Scenario Scenario { get; } = new(
        "runtime",
        "The controller runtime",
        "The controller runtime: change to reconcile, allocations of a watch event, memory of informers, lease hand-over.",
        "objects",
        [
            new(ScenarioOptions.ObjectsOption, "How many objects make the large case, 1000 to 100000.", 10_000, 1000, 100_000),
            new(ScenarioOptions.RoundsOption, "How many changes are timed, and events counted, at each size, 10 to 10000.", 500, 10, 10_000),
            new(ScenarioOptions.HandOversOption, "How often a lease changes hands after each signal, 1 to 100.", 5, 1, 100),
        ],
        [LatencyPart, AllocationsPart, MemoryPart, LeasesPart],
        (options, tell, cancellation) => new RuntimeScenario(options, tell).RunAsync(cancellation));

    private async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellation)
    {
        if (options.Parts.Any(part => part != LeasesPart))
        {
            await MeasureObjectsAsync(cancellation);
        }

        if (options.Parts.Contains(LeasesPart))
        {
            await new LeaseHandOver(options, tell, _figures).MeasureAsync(cancellation);
        }

        return _figures;
    }

    private async Task MeasureObjectsAsync(CancellationToken cancellation)
    {
        await using var workshop = new Workshop(options.Executable);
        tell("starting a host cluster");
        var host = await workshop.StartTenantAsync("host", cancellation);
        using var client = host.Connect();
        var crowd = new ObjectCrowd(client);
        await crowd.InstallAsync(cancellation);
        foreach (var count in new[] { 1, 1000, options.Objects })
        {
            await crowd.GrowAsync(count, tell, cancellation);
            if (options.Parts.Contains(LatencyPart))
            {
                await new ReconcileLatency(host, crowd, tell).MeasureAsync(options.Rounds, _figures, cancellation);
            }
        }

        if (options.Parts.Contains(AllocationsPart))
        {
            tell("allocations of watch events");
            await WatchAllocations.MeasureAsync(host, crowd, _figures, cancellation);
        }

        if (options.Parts.Contains(MemoryPart))
        {
            await new InformerMemory(workshop, host, crowd, tell).MeasureAsync(_figures, cancellation);
        }
    }
}
