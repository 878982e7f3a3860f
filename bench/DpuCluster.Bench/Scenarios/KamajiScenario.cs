using DpuCluster.Api;
using DpuCluster.Bench.Measure;

namespace DpuCluster.Bench.Scenarios;

/// <summary>
/// Kamaji clusters with a virtual IP from create to Ready, what they cost, and how soon what was made for them is repaired: once with every
/// part in a process of its own and a Kamaji that answers at once, as the reference was measured, and once with everything that
/// <c>dpucluster standalone</c> brings, where the stand-in starts a real API server for each cluster.
/// </summary>
internal sealed class KamajiScenario(ScenarioOptions options, Action<string> tell)
{
    private const string AtOnce = "at-once";
    private const string Standalone = "standalone";
    private const string Played = "Kamaji answers at once, with one control plane for all clusters";

    /// <summary>The stand-in patches one object that the manager patches too: it adds Kamaji's finalizer to the TenantControlPlane.</summary>
    private const int PatchesOfStandIn = 1;

    private const string StandIn = "everything in one process; the stand-in for Kamaji starts an API server for each cluster";

    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(10);
    private readonly List<Figure> _figures = [];

    public static Scenario Scenario { get; } = new(
        "kamaji",
        "Kamaji clusters",
        "Kamaji DPUClusters with keepalived: time, requests, memory, repair of drift.",
        "clusters",
        ScenarioNumber.OfClusters(100),
        [AtOnce, Standalone],
        (options, tell, cancellation) => new KamajiScenario(options, tell).RunAsync(cancellation));

    private async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellation)
    {
        if (options.Parts.Contains(AtOnce))
        {
            await MeasureControllersAsync(cancellation);
        }

        if (options.Parts.Contains(Standalone))
        {
            await MeasureStandaloneAsync(cancellation);
        }

        return _figures;
    }

    private async Task MeasureControllersAsync(CancellationToken cancellation)
    {
        await using var workshop = new Workshop(options.Executable);
        tell("starting a host cluster and the control plane of all clusters");
        var host = await workshop.StartTenantAsync("host", cancellation);
        var tenant = await workshop.StartTenantAsync("tenant", cancellation);
        using var client = host.Connect();
        var site = new KamajiSite(client);
        await site.InstallAsync(cancellation);
        await using var kamaji = await PlayedKamaji.StartAsync(client, tenant, cancellation);
        await using var watch = await ClusterWatch.StartAsync(site.Clusters, ClusterSite.Namespace, cancellation);
        var life = new ClusterLife(site, watch, tell);
        await using (var controllers = await Controllers.StartAsync(workshop, host, Controllers.KamajiManager, cancellation))
        {
            await MeasureMemoryAsync(controllers, 0, cancellation);
            tell("one cluster alone");
            await MeasureOneAsync("", life, Played, cancellation);
        }

        // In processes that have done nothing yet.
        await using var fresh = await Controllers.StartAsync(workshop, host, Controllers.KamajiManager, cancellation);
        await life.CreateOneByOneAsync(1, cancellation);
        await MeasureMemoryAsync(fresh, 1, cancellation);
        await life.RemoveAllAsync(cancellation);
        var work = new ProcessorWork(
        [
            ("API server", host.Process), (Controllers.ProvisioningController, fresh.Provisioning.Process),
            (Controllers.KamajiManager, fresh.Manager.Process), ("tenant", tenant.Process),
        ]);
        await MeasureTogetherAsync("", life, Played, target: 3000, work, cancellation);
        await MeasureMemoryAsync(fresh, options.Clusters, cancellation);
        if (options.SteadySeconds > 0)
        {
            await new SteadyState(life, fresh, tell).MeasureAsync(options.Clusters, options.SteadySeconds, _figures, cancellation);
        }

        await new KamajiDrift(client, options.Clusters, options.Rounds, tell).MeasureAsync(_figures, cancellation);
        await watch.UntilAsync(ClusterPhase.Ready, options.Clusters, TimeSpan.FromSeconds(60), cancellation);
        await life.RemoveAllAsync(cancellation);
    }

    private async Task MeasureStandaloneAsync(CancellationToken cancellation)
    {
        await using var workshop = new Workshop(options.Executable);
        tell("starting a standalone environment");
        var standalone = await workshop.StartStandaloneAsync("site", cancellation);
        using var client = standalone.Connect();
        var site = new KamajiSite(client);
        await Task.Delay(Settle, cancellation);
        AddMemory(standalone, 0);
        await using var watch = await ClusterWatch.StartAsync(site.Clusters, ClusterSite.Namespace, cancellation);
        var life = new ClusterLife(site, watch, tell);
        await MeasureOneAsync("standalone: ", life, StandIn, cancellation);
        await MeasureTogetherAsync("standalone: ", life, StandIn, target: null, new([("standalone", standalone.Process)]), cancellation);
        await Task.Delay(Settle, cancellation);
        AddMemory(standalone, options.Clusters);
    }

    private void AddMemory(ApiServerProcess standalone, int clusters) =>
        _figures.Add(new("standalone: resident memory", $"{clusters}", standalone.Process.ResidentMebibytes(), Unit.Mebibytes) { Note = StandIn });

    private async Task MeasureOneAsync(string where, ClusterLife life, string note, CancellationToken cancellation)
    {
        var alone = await life.CreateOneByOneAsync(options.Rounds, cancellation);
        _figures.Add(new($"{where}create → Ready, the very first after a start", "1", alone.First, Unit.Milliseconds) { Note = note });
        _figures.Add(new($"{where}create → Ready, median", "1", alone.Times.Median, Unit.Milliseconds) { Note = $"{alone.Times.Count} clusters, one after the other" });
        _figures.Add(new($"{where}create → Ready, 99th percentile", "1", alone.Times.Percentile99, Unit.Milliseconds));
        AddRequests(where, alone.Requests, options.Rounds, "1");
        await life.RemoveAllAsync(cancellation);
    }

    private async Task MeasureTogetherAsync(
        string where, ClusterLife life, string note, double? target, ProcessorWork work, CancellationToken cancellation)
    {
        var (count, clusters) = (options.Clusters, $"{options.Clusters}");
        tell($"{where}{clusters} clusters together");
        var together = await life.CreateTogetherAsync(0, count, cancellation);
        _figures.Add(new($"{where}first create → last Ready", clusters, together.Total, Unit.Milliseconds)
        {
            Reference = count == 100 ? 20_000 : null,
            Target = count == 100 ? target : null,
            Note = note,
        });
        _figures.Add(new($"{where}create → Ready, median", clusters, together.Times.Median, Unit.Milliseconds) { Reference = count == 100 ? 16_000 : null });
        _figures.Add(new($"{where}create → Ready, 99th percentile", clusters, together.Times.Percentile99, Unit.Milliseconds));
        _figures.Add(new($"{where}CPU time of all processes for that", clusters, work.Total, Unit.Milliseconds) { Note = work.Describe() });
        AddRequests(where, together.Requests, count, clusters);
    }

    private async Task MeasureMemoryAsync(Controllers controllers, int clusters, CancellationToken cancellation)
    {
        tell($"memory with {clusters} clusters, after {Settle.TotalSeconds:0} s of rest");
        await Task.Delay(Settle, cancellation);
        _figures.Add(new("resident memory, kamaji-cluster-manager", $"{clusters}", controllers.Manager.Process.ResidentMebibytes(), Unit.Mebibytes)
        {
            Reference = clusters switch { 0 => 36, 100 => 49, _ => null },
        });
        _figures.Add(new("resident memory, provisioning-controller", $"{clusters}", controllers.Provisioning.Process.ResidentMebibytes(), Unit.Mebibytes));
    }

    private void AddRequests(string where, RequestCounts requests, int count, string clusters)
    {
        _figures.Add(new($"{where}writes by manager and provisioning controller, create to Ready", clusters, (requests.KamajiWrites / count) - (where.Length == 0 ? 0 : PatchesOfStandIn), Unit.Count)
        {
            Target = 9,
            Note = $"all requests of everybody: {requests.Describe(count)}",
        });
        _figures.Add(new($"{where}events written on top, until 3 s after the last Ready", clusters, requests.EventWrites / count, Unit.Count)
        {
            Note = "at a bounded rate: the rest follows",
        });
    }
}
