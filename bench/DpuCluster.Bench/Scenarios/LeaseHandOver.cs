using System.Diagnostics;
using DpuCluster.Bench.Measure;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Bench.Scenarios;

/// <summary>Two replicas of a cluster manager, each a process of its own: how long nobody acts when the one that does is ended.</summary>
internal sealed class LeaseHandOver(ScenarioOptions options, Action<string> tell, List<Figure> figures)
{
    private const string Lease = "507jei28.dpu.nvidia.com";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public async Task MeasureAsync(CancellationToken cancellation)
    {
        await using var workshop = new Workshop(options.Executable);
        var host = await workshop.StartTenantAsync("host", cancellation);
        using var client = host.Connect();
        await new StaticSite(client).InstallAsync(cancellation);
        var leader = await workshop.StartControllerAsync(Controllers.StaticManager, host, cancellation);
        await Wait.UntilAsync("the first replica leads", leader.IsLeaderAsync, Limit, cancellation);
        foreach (var (what, target, kill) in new[] { ("SIGTERM", 2000, false), ("SIGKILL", 20_000, true) })
        {
            List<double> times = [];
            for (var round = 0; round < options.HandOvers; round++)
            {
                tell($"hand-over on {what}, {round + 1} of {options.HandOvers}");
                var next = await workshop.StartControllerAsync(Controllers.StaticManager, host, cancellation);
                times.Add(await HandOverAsync(workshop, client, leader, kill, cancellation));
                await Wait.UntilAsync("the other replica leads", next.IsLeaderAsync, Limit, cancellation);
                leader = next;
            }

            var distribution = new Distribution(times);
            figures.Add(new($"lease hand-over on {what}, median", "", distribution.Median, Unit.Milliseconds) { Target = target, Note = $"{times.Count} times" });
            figures.Add(new($"lease hand-over on {what}, the longest", "", distribution.Max, Unit.Milliseconds) { Target = target });
        }
    }

    /// <summary>From the signal until the lease names another holder.</summary>
    private static async Task<double> HandOverAsync(Workshop workshop, KubernetesClient client, ControllerProcess leader, bool kill, CancellationToken cancellation)
    {
        var leases = client.Resources<Lease>();
        var held = await leases.GetAsync(ClusterSite.Namespace, Lease, cancellation);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        var taken = Task.Run(
            async () =>
            {
                var options = new WatchOptions { ResourceVersion = held.Metadata.ResourceVersion, FieldSelector = $"metadata.name={Lease}" };
                await foreach (var change in leases.WatchAsync(ClusterSite.Namespace, options, limit.Token))
                {
                    if (change.Object?.Spec?.HolderIdentity is { Length: > 0 } holder && holder != held.Spec!.HolderIdentity)
                    {
                        return Stopwatch.GetTimestamp();
                    }
                }

                throw new BenchException("the watch of the lease has ended");
            },
            cancellation);
        var begun = Stopwatch.GetTimestamp();
        await (kill ? leader.Process.KillAsync() : workshop.EndAsync(leader.Process));
        return Time.Milliseconds(begun, await taken);
    }
}
