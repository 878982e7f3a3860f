using DpuCluster.Controllers.Informers;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Standalone.Workloads;

/// <summary>Keeps as many pods as a replica set wants. Only pods that it owns count: none is adopted.</summary>
internal sealed class ReplicaSetReconciler(
    ObjectStore<ReplicaSet> sets,
    ObjectStore<Pod> pods,
    ObjectWriter<Pod> podWriter,
    StatusWriter<ReplicaSet> status,
    IPodRunner runner,
    TimeProvider clock) : IReconciler
{
    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken cancellation)
    {
        if (sets.Find(key) is not { IsBeingDeleted: false } set)
        {
            return ReconcileResult.Done;
        }

        var plan = ReplicaSetPlan.Make(set, [.. pods.ByIndex(WorkloadIndex.Owner, set.Metadata.Uid!)], clock.GetUtcNow());
        for (var i = 0; i < plan.Create; i++)
        {
            var pod = PodFactory.Make(set, ReplicaSet.Resource, set.Spec?.Template ?? new(), runner, label: null);
            await podWriter.CreateAsync(pod, WorkloadHost.Writing, cancellation).ConfigureAwait(false);
        }

        foreach (var pod in plan.Delete)
        {
            await podWriter.DeleteIfThereAsync(pod, cancellation).ConfigureAwait(false);
        }

        await status.WriteIfThereAsync(set, set with { Status = plan.Status }, cancellation).ConfigureAwait(false);
        return plan.Again is { } wait ? ReconcileResult.After(wait) : ReconcileResult.Done;
    }
}
