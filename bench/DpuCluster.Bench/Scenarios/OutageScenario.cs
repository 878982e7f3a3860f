using System.Diagnostics;
using DpuCluster.Api;
using DpuCluster.Bench.Measure;
using DpuCluster.Faults;

namespace DpuCluster.Bench.Scenarios;

/// <summary>
/// The host cluster's API server is gone for a minute: first nobody listens there any more, then somebody does and never answers. What is
/// asked of it meanwhile and afterwards, whether any status changes, and whether the health of the clusters is checked on: counted by their
/// control plane.
/// </summary>
/// <remarks>The controllers hold leases, which they cannot renew meanwhile: they must stop acting, and take up again afterwards.</remarks>
internal sealed class OutageScenario(ScenarioOptions options, Action<string> tell)
{
    private const string GonePart = "gone";
    private const string SilentPart = "silent";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>How long it is looked at before, and after everything is back.</summary>
    private const int Before = 20;
    private const int After = 60;

    /// <summary>Seconds after which nobody can hold a lease any more that is not renewed.</summary>
    private const int LongerThanLease = 20;

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
        ControllerProcess[] controllers =
        [
            await workshop.StartControllerAsync(Controllers.ProvisioningController, proxy, elect: true, cancellation),
            await workshop.StartControllerAsync(Controllers.StaticManager, proxy, elect: true, cancellation),
        ];
        await using var watch = await ClusterWatch.StartAsync(site.Clusters, ClusterSite.Namespace, cancellation);
        await site.CreateClustersAsync(Enumerable.Range(0, options.Clusters), cancellation);
        await watch.UntilAsync(ClusterPhase.Ready, options.Clusters, Limit, cancellation);
        await new ClusterLife(site, watch, tell).UntilNothingIsWrittenAsync(cancellation);

        using var controlPlane = tenant.Connect();
        var traffic = new Traffic(proxy, client, controlPlane, watch);
        if (options.Parts.Contains(GonePart))
        {
            await MeasureAsync(
                "nobody listens",
                traffic,
                controllers,
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
            await MeasureAsync("no answer", traffic, controllers, () => proxy.Plan = static _ => new StallFault(), () => proxy.Plan = static _ => null, cancellation);
        }

        return _figures;
    }

    private async Task MeasureAsync(
        string how, Traffic traffic, IReadOnlyList<ControllerProcess> controllers, Action begin, Action end, CancellationToken cancellation)
    {
        var size = $"{options.Clusters}";
        tell($"{how}: {Before} s before");
        var before = await traffic.ObserveAsync(Before, cancellation);
        tell($"{how}: {options.Seconds} s without the server");
        begin();
        var during = await traffic.ObserveAsync(options.Seconds, cancellation);
        foreach (var controller in controllers)
        {
            if (options.Seconds >= LongerThanLease && await controller.IsLeaderAsync(cancellation))
            {
                throw new BenchException($"{how}: {controller.Process.Name} still holds its lease");
            }
        }

        end();
        tell($"{how}: {After} s afterwards");
        var again = LeadAgainAsync(how, controllers, cancellation);
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
        _figures.Add(new($"{how}: it is back → the same processes lead again", size, await again, Unit.Milliseconds) { Target = 15_000, Note = "both controllers" });
        _figures.Add(new($"{how}: health checks of clusters meanwhile", size, during.Checks, Unit.PerSecond)
        {
            // From one of a cluster to its next it is 11 s at most.
            Least = options.Clusters / 12,
            Note = FormattableString.Invariant($"answered by the clusters' control plane; before: {before.Checks:0.#}/s, afterwards: {after.Checks:0.#}/s"),
        });
        _figures.Add(new($"{how}: changes of phase, meanwhile and afterwards", size, during.PhaseChanges + after.PhaseChanges, Unit.Count) { Target = 0 });
        _figures.Add(new($"{how}: writes to DPUClusters afterwards", size, after.ClusterWrites, Unit.Count) { Target = 0 });
    }

    /// <summary>Fails where a process has ended: it should go on.</summary>
    /// <returns>How long it took until all lead again, in ms.</returns>
    private static async Task<double> LeadAgainAsync(string how, IReadOnlyList<ControllerProcess> controllers, CancellationToken cancellation)
    {
        var begun = Stopwatch.GetTimestamp();
        foreach (var controller in controllers)
        {
            await Wait.UntilAsync(
                $"{how}: {controller.Process.Name} leads again",
                async token =>
                {
                    controller.Process.ThrowIfEnded();
                    return await controller.IsLeaderAsync(token);
                },
                Limit,
                cancellation,
                everyMilliseconds: 100);
        }

        return Time.MillisecondsSince(begun);
    }
}
