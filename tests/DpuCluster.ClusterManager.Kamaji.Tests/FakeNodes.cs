using DpuCluster.ClusterManager.Kamaji.Children;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.ClusterManager.Kamaji.Tests;

/// <summary>Fills in the status of DaemonSets, as if their pods ran on the nodes that match.</summary>
internal sealed class FakeNodes(KubernetesClient client)
{
    private readonly WatchedRounds _rounds = new(client);
    private volatile bool _work = true;

    /// <summary>Whether pods are started and replaced.</summary>
    public bool Work
    {
        set
        {
            _work = value;
            _rounds.Due();
        }
    }

    public Task RunAsync(CancellationToken cancellation) => Task.WhenAll(
        _rounds.RunAsync(RoundAsync, cancellation), _rounds.WatchAsync<DaemonSet>(cancellation), _rounds.WatchAsync<Node>(cancellation));

    private async Task RoundAsync(CancellationToken cancellation)
    {
        if (!_work)
        {
            return;
        }

        var nodes = (await client.Resources<Node>().ListAsync(null, null, cancellation)).Items;
        var daemonSets = client.Resources<DaemonSet>();
        foreach (var daemonSet in (await daemonSets.ListAsync(null, null, cancellation)).Items.Where(daemonSet => !daemonSet.IsBeingDeleted))
        {
            var selector = daemonSet.Spec?.Template?.Spec?.NodeSelector ?? new Dictionary<string, string>();
            var count = nodes.Count(node => ControlPlaneNodes.Matches(node, selector));
            if (daemonSet.Status?.ObservedGeneration != daemonSet.Metadata.Generation || daemonSet.Status?.DesiredNumberScheduled != count)
            {
                var status = new DaemonSetStatus
                {
                    ObservedGeneration = daemonSet.Metadata.Generation,
                    DesiredNumberScheduled = count,
                    CurrentNumberScheduled = count,
                    UpdatedNumberScheduled = count,
                    NumberReady = count,
                    NumberAvailable = count,
                };
                await daemonSets.ReplaceStatusAsync(daemonSet with { Status = status }, null, cancellation);
            }
        }
    }
}
