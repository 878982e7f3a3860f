using DpuCluster.Controllers.Informers;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Standalone.Workloads;

/// <summary>Gives every node that a daemon set wants its pod.</summary>
internal sealed class DaemonSetReconciler(
    ObjectStore<DaemonSet> sets,
    ObjectStore<ClusterNode> nodes,
    ObjectStore<Pod> pods,
    ObjectWriter<Pod> podWriter,
    StatusWriter<DaemonSet> status,
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

        var plan = DaemonSetPlan.Make(set, nodes.All, [.. pods.ByIndex(WorkloadIndex.Owner, set.Metadata.Uid!)], clock.GetUtcNow());
        var template = set.Spec?.Template ?? new();
        var label = (DaemonPods.RevisionLabel, TemplateHash.Of(template));
        var spec = DaemonPods.Tolerant(template.Spec ?? new());
        foreach (var node in plan.Create)
        {
            var pod = PodFactory.Make(set, DaemonSet.Resource, template with { Spec = DaemonPods.For(spec, node) }, runner, label);
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
