using System.Diagnostics;
using DpuCluster.Api;
using DpuCluster.Bench.Measure;
using DpuCluster.Kubernetes.Client;

namespace DpuCluster.Bench.Scenarios;

/// <summary>Creates clusters and takes the time until they are Ready, by the benchmark's own watch.</summary>
internal sealed class ClusterLife(ClusterSite site, ClusterWatch watch, Action<string> tell)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>After the last Ready: for writes that come too late, and events.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(3);

    public ClusterSite Site { get; } = site;

    public ClusterWatch Watch { get; } = watch;

    public KubernetesClient Host => Site.Host;

    /// <summary>Creates clusters one after the other, each when the one before is Ready; they stay.</summary>
    /// <returns>Of the very first, and of all others, the times in ms; and the requests of all.</returns>
    public async Task<(double First, Distribution Times, RequestCounts Requests)> CreateOneByOneAsync(int count, CancellationToken cancellation)
    {
        List<double> times = [];
        var before = await RequestCounts.ReadAsync(Host, cancellation);
        for (var index = 0; index < count; index++)
        {
            var begun = await Site.CreateClustersAsync([index], cancellation);
            await Watch.UntilAsync(ClusterPhase.Ready, index + 1, Limit, cancellation);
            times.Add(Since(begun).Single());
        }

        await Task.Delay(Aftermath, cancellation);
        var requests = (await RequestCounts.ReadAsync(Host, cancellation)).Since(before);
        return (times[0], new Distribution(count > 1 ? times.Skip(1) : times), requests);
    }

    /// <summary>Creates clusters as fast as the server takes them.</summary>
    /// <returns>From the first create to the last Ready, and each cluster's own time, in ms; and the requests of all.</returns>
    public async Task<(double Total, Distribution Times, RequestCounts Requests)> CreateTogetherAsync(
        int first, int count, CancellationToken cancellation)
    {
        var earlier = Watch.Total;
        var before = await RequestCounts.ReadAsync(Host, cancellation);
        var begun = await Site.CreateClustersAsync(Enumerable.Range(first, count), cancellation);
        tell($"  created after {Stopwatch.GetElapsedTime(begun.Values.Min()).TotalSeconds:0.0} s");
        await Watch.UntilAsync(ClusterPhase.Ready, earlier + count, Limit, cancellation);
        var total = Time.Milliseconds(begun.Values.Min(), begun.Keys.Max(Watch.At));
        await Task.Delay(Aftermath, cancellation);
        var requests = (await RequestCounts.ReadAsync(Host, cancellation)).Since(before);
        return (total, new Distribution(Since(begun)), requests);
    }

    /// <summary>Waits until nothing but leases has been written for a while: until all events are told.</summary>
    public async Task UntilNothingIsWrittenAsync(CancellationToken cancellation)
    {
        var before = await RequestCounts.ReadAsync(Host, cancellation);
        for (var quiet = 0; quiet < 5;)
        {
            await Task.Delay(1000, cancellation);
            var now = await RequestCounts.ReadAsync(Host, cancellation);
            var requests = now.Since(before);
            quiet = requests.Writes > requests.LeaseWrites ? 0 : quiet + 1;
            before = now;
        }
    }

    public async Task RemoveAllAsync(CancellationToken cancellation)
    {
        await Site.DeleteClustersAsync(cancellation);
        await Watch.UntilGoneAsync(Limit, cancellation);
    }

    private IEnumerable<double> Since(Dictionary<string, long> begun) =>
        begun.Select(entry => Time.Milliseconds(entry.Value, Watch.At(entry.Key)));
}
