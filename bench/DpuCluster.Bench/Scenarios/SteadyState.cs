using DpuCluster.Bench.Measure;

namespace DpuCluster.Bench.Scenarios;

/// <summary>What goes on when nothing goes on.</summary>
internal sealed class SteadyState(ClusterLife life, Controllers controllers, Action<string> tell)
{
    public async Task MeasureAsync(int count, int seconds, List<Figure> figures, CancellationToken cancellation)
    {
        tell("waiting for the last event to be written");
        await life.UntilNothingIsWrittenAsync(cancellation);
        tell($"steady state for {seconds} s");
        var before = await RequestCounts.ReadAsync(life.Host, cancellation);
        var busy = controllers.Provisioning.Process.ProcessorTime();
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellation);
        var requests = (await RequestCounts.ReadAsync(life.Host, cancellation)).Since(before);
        busy = controllers.Provisioning.Process.ProcessorTime() - busy;
        var clusters = $"{count}";
        var perMinute = 60.0 / seconds;
        figures.Add(new("steady state: writes a minute, leases aside", clusters, (requests.Writes - requests.LeaseWrites) * perMinute, Unit.Count)
        {
            Target = 0,
            Note = requests.Describe(1),
        });
        figures.Add(new("steady state: lease renewals a minute", clusters, requests.LeaseWrites * perMinute, Unit.Count) { Note = "two leases" });
        figures.Add(new("steady state: CPU of provisioning-controller a minute", clusters, busy.TotalMilliseconds * perMinute, Unit.Milliseconds));
    }
}
