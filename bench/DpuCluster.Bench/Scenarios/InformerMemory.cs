using DpuCluster.Bench.Measure;

namespace DpuCluster.Bench.Scenarios;

/// <summary>Resident memory of processes with one informer and nothing else, set up as the program itself is.</summary>
internal sealed class InformerMemory(Workshop workshop, ApiServerProcess host, ObjectCrowd crowd, Action<string> tell)
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(10);

    public async Task MeasureAsync(List<Figure> figures, CancellationToken cancellation)
    {
        var empty = await MeasureAsync(InformerProcess.Nothing, cancellation);
        figures.Add(new("resident memory of a process with an informer", "0", empty, Unit.Mebibytes));
        foreach (var (kind, what) in new[] { (InformerProcess.Clusters, "DPUClusters"), (InformerProcess.Secrets, "Secrets, metadata only") })
        {
            var resident = await MeasureAsync(kind, cancellation);
            figures.Add(new($"resident memory of a process with an informer over {what}", $"{crowd.Count}", resident, Unit.Mebibytes)
            {
                Note = $"{Settle.TotalSeconds:0} s after the sync; {(resident - empty) * 1024 / crowd.Count:0.0} KiB an object above the empty one",
            });
        }
    }

    private async Task<double> MeasureAsync(string kind, CancellationToken cancellation)
    {
        tell($"memory of an informer: {kind}");
        var process = workshop.StartInformer(kind, host);
        await Wait.UntilAsync(
            "the informer has synced",
            _ =>
            {
                process.ThrowIfEnded();
                return Task.FromResult(process.HasSaid(InformerProcess.Synced));
            },
            TimeSpan.FromMinutes(2),
            cancellation);
        await Task.Delay(Settle, cancellation);
        var resident = process.ResidentMebibytes();
        await workshop.EndAsync(process);
        return resident;
    }
}
