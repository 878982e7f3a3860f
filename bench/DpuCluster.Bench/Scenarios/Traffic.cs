using DpuCluster.Bench.Measure;
using DpuCluster.Faults;
using DpuCluster.Kubernetes.Client;

namespace DpuCluster.Bench.Scenarios;

/// <summary>What goes on around controllers, second by second.</summary>
internal sealed class Traffic(FaultProxy proxy, KubernetesClient host, ClusterWatch watch)
{
    /// <summary>Looks on for so many seconds.</summary>
    public async Task<Observation> ObserveAsync(int seconds, CancellationToken cancellation)
    {
        var tries = new int[seconds];
        var (writes, phases) = (await RequestCounts.ReadAsync(host, cancellation), watch.PhaseChanges);
        var before = Tries;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        for (var second = 0; second < seconds; second++)
        {
            await timer.WaitForNextTickAsync(cancellation);
            var now = Tries;
            tries[second] = now - before;
            before = now;
        }

        var written = (await RequestCounts.ReadAsync(host, cancellation)).Since(writes).ClusterWrites;
        return new Observation(tries, watch.PhaseChanges - phases, written);
    }

    private int Tries => proxy.AcceptedConnections + proxy.Requests.Count;
}

/// <summary>What was seen in some seconds.</summary>
/// <param name="Tries">Connections and requests to the host cluster's server, by second.</param>
/// <param name="PhaseChanges">How often a DPUCluster came to another phase.</param>
/// <param name="ClusterWrites">How often somebody wrote to a DPUCluster.</param>
internal sealed record Observation(IReadOnlyList<int> Tries, int PhaseChanges, double ClusterWrites);
