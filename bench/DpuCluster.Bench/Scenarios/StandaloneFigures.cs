using System.Diagnostics;
using DpuCluster.Bench.Measure;

namespace DpuCluster.Bench.Scenarios;

/// <summary>The same with everything in one process: <c>dpucluster standalone</c>.</summary>
internal sealed class StandaloneFigures(ScenarioOptions options, Action<string> tell, List<Figure> figures)
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(10);

    public async Task MeasureAsync(CancellationToken cancellation)
    {
        await using var workshop = new Workshop(options.Executable);
        await MeasureStartAsync(workshop, cancellation);

        var standalone = await workshop.StartStandaloneAsync("site", cancellation);
        var tenant = await workshop.StartTenantAsync("tenant", cancellation);
        using var client = standalone.Connect();
        var site = new StaticSite(client);
        await Task.Delay(Settle, cancellation);
        AddMemory(standalone, 0);
        await site.CreateSecretsAsync(options.Clusters, tenant, cancellation);
        await using var watch = await ClusterWatch.StartAsync(site.Clusters, ClusterSite.Namespace, cancellation);
        var life = new ClusterLife(site, watch, tell);

        tell("standalone: one cluster alone");
        var alone = await life.CreateOneByOneAsync(options.Rounds, cancellation);
        figures.Add(new("standalone: create → Ready, median", "1", alone.Times.Median, Unit.Milliseconds) { Target = 100 });
        await life.RemoveAllAsync(cancellation);

        tell($"standalone: {options.Clusters} clusters together");
        var together = await life.CreateTogetherAsync(0, options.Clusters, cancellation);
        figures.Add(new("standalone: first create → last Ready", $"{options.Clusters}", together.Total, Unit.Milliseconds)
        {
            Target = options.Clusters == 1000 ? 10_000 : null,
        });
        figures.Add(new("standalone: create → Ready, median", $"{options.Clusters}", together.Times.Median, Unit.Milliseconds));
        await Task.Delay(Settle, cancellation);
        AddMemory(standalone, options.Clusters);
    }

    private async Task MeasureStartAsync(Workshop workshop, CancellationToken cancellation)
    {
        tell("starts of standalone");
        List<double> times = [];
        for (var round = 0; round < Math.Min(5, options.Rounds); round++)
        {
            var begun = Stopwatch.GetTimestamp();
            var standalone = await workshop.StartStandaloneAsync($"start-{round}", cancellation);
            times.Add(Time.Milliseconds(begun, standalone.ReadyAt));
            await workshop.EndAsync(standalone.Process);
        }

        figures.Add(new("standalone: start → /readyz", "", new Distribution(times).Median, Unit.Milliseconds) { Note = $"median of {times.Count} starts" });
    }

    private void AddMemory(ApiServerProcess standalone, int clusters) =>
        figures.Add(new("standalone: resident memory", $"{clusters}", standalone.Process.ResidentMebibytes(), Unit.Mebibytes)
        {
            Note = "API server, provisioning controller, static cluster manager in one",
        });
}
