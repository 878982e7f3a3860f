using DpuCluster.Bench.Measure;
using DpuCluster.Faults;
using DpuCluster.Kubernetes.Client;

namespace DpuCluster.Bench.Scenarios;

/// <summary>What goes on around controllers, second by second.</summary>
/// <param name="proxy">Between the controllers and the host cluster's server.</param>
/// <param name="host">Client of the host cluster, past the proxy.</param>
/// <param name="tenant">Client of the control plane that all clusters share.</param>
/// <param name="watch">Sees every state of the clusters.</param>
internal sealed class Traffic(FaultProxy proxy, KubernetesClient host, KubernetesClient tenant, ClusterWatch watch)
{
    /// <summary>Looks on for so many seconds.</summary>
    public async Task<Observation> ObserveAsync(int seconds, CancellationToken cancellation)
    {
        var tries = new int[seconds];
        var (writes, checks, phases) = (await RequestCounts.ReadAsync(host, cancellation), await RequestCounts.ReadAsync(tenant, cancellation), watch.PhaseChanges);
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
        var checkedSince = (await RequestCounts.ReadAsync(tenant, cancellation)).Since(checks).HealthChecks;
        return new Observation(tries, watch.PhaseChanges - phases, written, checkedSince / seconds);
    }

    private int Tries => proxy.AcceptedConnections + proxy.Requests.Count;
}

/// <summary>What was seen in some seconds.</summary>
/// <param name="Tries">Connections and requests to the host cluster's server, by second.</param>
/// <param name="PhaseChanges">How often a DPUCluster came to another phase.</param>
/// <param name="ClusterWrites">How often somebody wrote to a DPUCluster.</param>
/// <param name="Checks">Health checks a second that the control plane of the clusters has answered.</param>
internal sealed record Observation(IReadOnlyList<int> Tries, int PhaseChanges, double ClusterWrites, double Checks);
