using DpuCluster.Controllers.Informers;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Standalone.Workloads;

namespace DpuCluster.Standalone.Nodes;

/// <summary>Keeps simulated nodes ready: what a kubelet says of its node.</summary>
internal sealed class NodeReconciler(ObjectStore<ClusterNode> nodes, StatusWriter<ClusterNode> status, TimeProvider clock) : IReconciler
{
    /// <summary>How often a node says that it is alive, as kubelets do where nothing changes.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken cancellation)
    {
        if (nodes.Find(key) is not { IsBeingDeleted: false } node || !node.IsSimulated())
        {
            return ReconcileResult.Done;
        }

        var now = clock.GetUtcNow();
        var last = node.Status?.Conditions.Of("Ready")?.LastHeartbeatTime ?? DateTimeOffset.MinValue;

        // Judged with the time of the last heartbeat: before the next one is due, only a real difference is written.
        var due = now - last >= Heartbeat;
        var desired = SimulatedNode.Status(node, due ? now : last);
        await status.WriteAsync(node, node with { Status = desired }, cancellation).ConfigureAwait(false);
        return ReconcileResult.After(due ? Heartbeat : last + Heartbeat - now);
    }
}
