using System.Diagnostics;
using DpuCluster.Api;
using DpuCluster.Bench.Measure;

namespace DpuCluster.Bench.Scenarios;

/// <summary>
/// Static clusters from create to Ready, through the death of their control plane, and what that costs. Every part runs in a process
/// of its own: the host cluster's API server, the tenant's, the provisioning controller, the static cluster manager.
/// </summary>
internal sealed class StaticScenario(ScenarioOptions options, Action<string> tell)
{
    private const string One = "one";
    private const string Many = "many";
    private const string Standalone = "standalone";

    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(10);
    private readonly List<Figure> _figures = [];

    public static Scenario Scenario { get; } = new(
        "static",
        "Static clusters",
        "Static DPUClusters that adopt one embedded tenant: time, requests, memory.",
        "clusters",
        ScenarioNumber.OfClusters(1000),
        [One, Many, Standalone],
        (options, tell, cancellation) => new StaticScenario(options, tell).RunAsync(cancellation));

    private async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellation)
    {
        if (options.Parts.Contains(One) || options.Parts.Contains(Many))
        {
            await MeasureControllersAsync(cancellation);
        }

        if (options.Parts.Contains(Standalone))
        {
            await new StandaloneFigures(options, tell, _figures).MeasureAsync(cancellation);
        }

        return _figures;
    }

    private async Task MeasureControllersAsync(CancellationToken cancellation)
    {
        await using var workshop = new Workshop(options.Executable);
        tell("starting a host cluster and a tenant");
        var host = await workshop.StartTenantAsync("host", cancellation);
        var tenant = await workshop.StartTenantAsync("tenant", cancellation);
        using var client = host.Connect();
        var site = new StaticSite(client);
        await site.InstallAsync(cancellation);
        await site.CreateSecretsAsync(options.Clusters, tenant, cancellation);

        await using var watch = await ClusterWatch.StartAsync(site.Clusters, ClusterSite.Namespace, cancellation);
        var life = new ClusterLife(site, watch, tell);
        if (options.Parts.Contains(One))
        {
            await MeasureFewAsync(workshop, host, tenant, life, cancellation);
        }

        if (options.Parts.Contains(Many))
        {
            await MeasureManyAsync(workshop, host, tenant, life, cancellation);
        }
    }

    /// <summary>One cluster at a time; and memory on the way to a hundred.</summary>
    private async Task MeasureFewAsync(
        Workshop workshop, ApiServerProcess host, ApiServerProcess tenant, ClusterLife life, CancellationToken cancellation)
    {
        await life.Site.CreateClustersAsync([0], cancellation);
        await MeasureStartsAsync(workshop, host, cancellation);
        await using var controllers = await Controllers.StartAsync(workshop, host, Controllers.StaticManager, cancellation);
        await life.Watch.UntilAsync(ClusterPhase.Ready, 1, TimeSpan.FromSeconds(60), cancellation);
        await life.RemoveAllAsync(cancellation);
        await controllers.RestartAsync(cancellation);
        await MeasureMemoryAsync(controllers, 0, cancellation);

        tell("one cluster alone");
        var alone = await life.CreateOneByOneAsync(options.Rounds, cancellation);
        _figures.Add(new("create → Ready, the very first after a start", "1", alone.First, Unit.Milliseconds));
        _figures.Add(new("create → Ready, median", "1", alone.Times.Median, Unit.Milliseconds)
        {
            Target = 100,
            Note = $"{alone.Times.Count} clusters, one after the other",
        });
        _figures.Add(new("create → Ready, 99th percentile", "1", alone.Times.Percentile99, Unit.Milliseconds));
        AddRequests(alone.Requests, options.Rounds, "1");

        var hundred = Math.Min(100, options.Clusters);
        if (options.Rounds < hundred)
        {
            await life.CreateTogetherAsync(options.Rounds, hundred - options.Rounds, cancellation);
        }

        await MeasureMemoryAsync(controllers, hundred, cancellation);
        await life.RemoveAllAsync(cancellation);

        await life.CreateTogetherAsync(0, 1, cancellation);
        await MeasureLossAsync(workshop, host, controllers, tenant, life, 1, cancellation);
        await life.RemoveAllAsync(cancellation);
    }

    /// <summary>All clusters together, in fresh processes.</summary>
    private async Task MeasureManyAsync(
        Workshop workshop, ApiServerProcess host, ApiServerProcess tenant, ClusterLife life, CancellationToken cancellation)
    {
        foreach (var count in new[] { 100, options.Clusters }.Where(count => count <= options.Clusters).Distinct())
        {
            await using var controllers = await Controllers.StartAsync(workshop, host, Controllers.StaticManager, cancellation);
            tell($"{count} clusters together");
            var clusters = $"{count}";
            var work = new ProcessorWork(
            [
                ("API server", host.Process), ("provisioning-controller", controllers.Provisioning.Process),
                ("static-cluster-manager", controllers.Manager.Process), ("tenant", tenant.Process),
            ]);
            var together = await life.CreateTogetherAsync(0, count, cancellation);
            _figures.Add(new("first create → last Ready", clusters, together.Total, Unit.Milliseconds)
            {
                Reference = count switch { 100 => 14_000, 1000 => 150_000, _ => null },
                Target = count == 1000 ? 10_000 : null,
            });
            _figures.Add(new("create → Ready, median", clusters, together.Times.Median, Unit.Milliseconds)
            {
                Reference = count switch { 100 => 11_000, 1000 => 124_000, _ => null },
            });
            _figures.Add(new("create → Ready, 99th percentile", clusters, together.Times.Percentile99, Unit.Milliseconds));
            _figures.Add(new("CPU time of all processes for that", clusters, work.Total, Unit.Milliseconds) { Note = work.Describe() });
            AddRequests(together.Requests, count, clusters);
            if (count == options.Clusters)
            {
                await MeasureMemoryAsync(controllers, count, cancellation);
                if (options.SteadySeconds > 0)
                {
                    await new SteadyState(life, controllers, tell).MeasureAsync(count, options.SteadySeconds, _figures, cancellation);
                }

                await MeasureLossAsync(workshop, host, controllers, tenant, life, count, cancellation);
            }

            await life.RemoveAllAsync(cancellation);
        }
    }

    private async Task MeasureStartsAsync(Workshop workshop, ApiServerProcess host, CancellationToken cancellation)
    {
        foreach (var command in new[] { Controllers.ProvisioningController, Controllers.StaticManager })
        {
            tell($"starts of {command}");
            List<double> ready = [];
            List<double> reconciled = [];
            for (var round = 0; round < Math.Min(5, options.Rounds); round++)
            {
                var begun = Stopwatch.GetTimestamp();
                var controller = await workshop.StartControllerAsync(command, host, cancellation);
                var first = await Wait.UntilAsync(
                    $"{command} reconciles", controller.HasReconciledAsync, TimeSpan.FromSeconds(60), cancellation, everyMilliseconds: 2);
                ready.Add(Time.Milliseconds(begun, controller.ReadyAt));
                reconciled.Add(Time.Milliseconds(begun, first));
                await workshop.EndAsync(controller.Process);
            }

            _figures.Add(new($"{command}: start → /readyz", "1", new Distribution(ready).Median, Unit.Milliseconds)
            {
                Reference = 32,
                Note = "ours says ready when its informers have synced",
            });
            _figures.Add(new($"{command}: start → first reconcile", "1", new Distribution(reconciled).Median, Unit.Milliseconds)
            {
                Reference = 145,
                Note = "leader election included",
            });
        }
    }

    private async Task MeasureMemoryAsync(Controllers controllers, int clusters, CancellationToken cancellation)
    {
        tell($"memory with {clusters} clusters, after {Settle.TotalSeconds:0} s of rest");
        await Task.Delay(Settle, cancellation);
        _figures.Add(new("resident memory, static-cluster-manager", $"{clusters}", controllers.Manager.Process.ResidentMebibytes(), Unit.Mebibytes)
        {
            Reference = clusters switch { 0 => 35, 100 => 38, 1000 => 46, _ => null },
        });
        _figures.Add(new("resident memory, provisioning-controller", $"{clusters}", controllers.Provisioning.Process.ResidentMebibytes(), Unit.Mebibytes)
        {
            Reference = clusters switch { 0 => 48, 100 => 59, 1000 => 134, _ => null },
        });
    }

    private async Task MeasureLossAsync(
        Workshop workshop, ApiServerProcess host, Controllers controllers, ApiServerProcess tenant, ClusterLife life, int count, CancellationToken cancellation)
    {
        var clusters = $"{count}";
        tell($"killing the tenant of {clusters}");
        var work = new ProcessorWork([("API server", host.Process), ("provisioning-controller", controllers.Provisioning.Process)]);
        var killed = Stopwatch.GetTimestamp();
        await tenant.Process.KillAsync();
        await life.Watch.UntilAsync(ClusterPhase.NotReady, count, TimeSpan.FromSeconds(120), cancellation);
        _figures.Add(new("tenant killed → all NotReady", clusters, Time.Milliseconds(killed, life.Watch.LastAt), Unit.Milliseconds)
        {
            Target = 1000,
            Note = "CPU time: " + work.Describe(),
        });

        var restarted = Stopwatch.GetTimestamp();
        await workshop.RestartTenantAsync(tenant, cancellation);
        await life.Watch.UntilAsync(ClusterPhase.Ready, count, TimeSpan.FromSeconds(120), cancellation);
        _figures.Add(new("tenant started again → all Ready", clusters, Time.Milliseconds(restarted, life.Watch.LastAt), Unit.Milliseconds));
        await Task.Delay(Settle, cancellation);

        tell($"suspending the tenant of {clusters}");
        var suspended = Stopwatch.GetTimestamp();
        tenant.Process.Suspend();
        await life.Watch.UntilAsync(ClusterPhase.NotReady, count, TimeSpan.FromSeconds(120), cancellation);
        _figures.Add(new("tenant stops answering → all NotReady", clusters, Time.Milliseconds(suspended, life.Watch.LastAt), Unit.Milliseconds)
        {
            Reference = count == 1 ? null : 130_000,
            Target = 25_000,
            Note = count == 1 ? "" : "the reference: with ten clusters",
        });
        tenant.Process.Resume();
        await life.Watch.UntilAsync(ClusterPhase.Ready, count, TimeSpan.FromSeconds(120), cancellation);
    }

    private void AddRequests(RequestCounts requests, int count, string clusters)
    {
        _figures.Add(new("writes to the cluster, create to Ready", clusters, requests.ClusterWrites / count, Unit.Count)
        {
            Reference = 6,
            Target = 5,
            Note = requests.Describe(count),
        });
        _figures.Add(new("events written on top, until 3 s after the last Ready", clusters, requests.EventWrites / count, Unit.Count)
        {
            Note = "at a bounded rate: the rest follows",
        });
    }
}
