using System.Diagnostics;
using DpuCluster.Bench.Measure;
using DpuCluster.Faults;
using DpuCluster.Kubernetes.Client;

namespace DpuCluster.Bench.Scenarios;

/// <summary>What goes on around controllers, second by second.</summary>
internal sealed class Traffic(FaultProxy proxy, KubernetesClient tenant, KubernetesClient host, ClusterWatch watch)
{
    /// <summary>Looks on for so many seconds.</summary>
    public async Task<Observation> ObserveAsync(int seconds, CancellationToken cancellation)
    {
        var tries = new int[seconds];
        var (checks, writes, phases) = (await ChecksAsync(cancellation), await RequestCounts.ReadAsync(host, cancellation), watch.PhaseChanges);
        var begun = Stopwatch.GetTimestamp();
        var before = Tries;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        for (var second = 0; second < seconds; second++)
        {
            await timer.WaitForNextTickAsync(cancellation);
            var now = Tries;
            tries[second] = now - before;
            before = now;
        }

        // The question for the number of checks is one of those that are counted.
        var checksNow = await ChecksAsync(cancellation) - 1;
        var elapsed = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        var written = (await RequestCounts.ReadAsync(host, cancellation)).Since(writes).ClusterWrites;
        return new Observation(tries, (checksNow - checks) / elapsed, watch.PhaseChanges - phases, written);
    }

    private int Tries => proxy.AcceptedConnections + proxy.Requests.Count;

    private async Task<double> ChecksAsync(CancellationToken cancellation) =>
        (await RequestCounts.ReadAsync(tenant, cancellation)).Checks;
}

/// <summary>What was seen in some seconds.</summary>
/// <param name="Tries">Connections and requests to the host cluster's server, by second.</param>
/// <param name="Checks">Health checks of tenants a second.</param>
/// <param name="PhaseChanges">How often a DPUCluster came to another phase.</param>
/// <param name="ClusterWrites">How often somebody wrote to a DPUCluster.</param>
internal sealed record Observation(IReadOnlyList<int> Tries, double Checks, int PhaseChanges, double ClusterWrites);
