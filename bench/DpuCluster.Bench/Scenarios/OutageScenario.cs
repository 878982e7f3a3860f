using DpuCluster.Api;
using DpuCluster.Bench.Measure;
using DpuCluster.Faults;

namespace DpuCluster.Bench.Scenarios;

/// <summary>
/// The host cluster's API server is gone for a minute: first nobody listens there any more, then somebody does and never answers. What is
/// asked of it meanwhile and afterwards, and whether any status changes. (That health checks go on is shown by a test.)
/// </summary>
/// <remarks>
/// The controllers hold no lease here. One that does must stop acting when it cannot renew it for 10 s: the process ends, and starts to check
/// health again when the server is back.
/// </remarks>
internal sealed class OutageScenario(ScenarioOptions options, Action<string> tell)
{
    private const string GonePart = "gone";
    private const string SilentPart = "silent";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>How long it is looked at before, and after everything is back.</summary>
    private const int Before = 20;
    private const int After = 60;

    private readonly List<Figure> _figures = [];

    public static Scenario Scenario { get; } = new(
        "outage",
        "The API server is gone",
        "The API server of the host cluster is gone for a while: requests during and after, changes of status.",
        "clusters",
        [
            new(ScenarioOptions.ClustersOption, "How many static DPUClusters there are, 1 to 5000.", 1000, 1, 5000),
            new(ScenarioOptions.SecondsOption, "How long the server is gone, 5 to 3600 seconds.", 60, 5, 3600),
        ],
        [GonePart, SilentPart],
        (options, tell, cancellation) => new OutageScenario(options, tell).RunAsync(cancellation));

    private async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellation)
    {
        await using var workshop = new Workshop(options.Executable);
        tell("starting a host cluster and a tenant");
        var host = await workshop.StartTenantAsync("host", cancellation);
        var tenant = await workshop.StartTenantAsync("tenant", cancellation);
        using var client = host.Connect();
        var site = new StaticSite(client);
        await site.InstallAsync(cancellation);
        await site.CreateSecretsAsync(options.Clusters, tenant, cancellation);
        await using var proxy = await FaultProxy.StartAsync(host.Configuration);
        await workshop.StartControllerAsync(Controllers.ProvisioningController, proxy, elect: false, cancellation);
        await workshop.StartControllerAsync(Controllers.StaticManager, proxy, elect: false, cancellation);
        await using var watch = await ClusterWatch.StartAsync(site.Clusters, ClusterSite.Namespace, cancellation);
        await site.CreateClustersAsync(Enumerable.Range(0, options.Clusters), cancellation);
        await watch.UntilAsync(ClusterPhase.Ready, options.Clusters, Limit, cancellation);
        await new ClusterLife(site, watch, tell).UntilNothingIsWrittenAsync(cancellation);

        var traffic = new Traffic(proxy, client, watch);
        if (options.Parts.Contains(GonePart))
        {
            await MeasureAsync(
                "nobody listens",
                traffic,
                () =>
                {
                    proxy.Refuses = true;
                    proxy.CutAll();
                },
                () => proxy.Refuses = false,
                cancellation);
        }

        if (options.Parts.Contains(SilentPart))
        {
            await MeasureAsync("no answer", traffic, () => proxy.Plan = static _ => new StallFault(), () => proxy.Plan = static _ => null, cancellation);
        }

        return _figures;
    }

    private async Task MeasureAsync(string how, Traffic traffic, Action begin, Action end, CancellationToken cancellation)
    {
        var size = $"{options.Clusters}";
        tell($"{how}: {Before} s before");
        var before = await traffic.ObserveAsync(Before, cancellation);
        tell($"{how}: {options.Seconds} s without the server");
        begin();
        var during = await traffic.ObserveAsync(options.Seconds, cancellation);
        end();
        tell($"{how}: {After} s afterwards");
        var after = await traffic.ObserveAsync(After, cancellation);

        _figures.Add(new($"{how}: tries to reach the server, the most in a second", size, during.Tries.Max(), Unit.PerSecond)
        {
            Target = 20,
            Note = $"connections and requests; {during.Tries.Sum()} in {options.Seconds} s; before: {before.Tries.Max()}/s at most, {before.Tries.Sum()} in {Before} s",
        });
        _figures.Add(new($"{how}: tries when it is back, the most in a second", size, after.Tries.Max(), Unit.PerSecond)
        {
            Target = 100,
            Note = $"{after.Tries.Sum()} in {After} s",
        });
        _figures.Add(new($"{how}: changes of phase, meanwhile and afterwards", size, during.PhaseChanges + after.PhaseChanges, Unit.Count) { Target = 0 });
        _figures.Add(new($"{how}: writes to DPUClusters afterwards", size, after.ClusterWrites, Unit.Count) { Target = 0 });
    }
}
