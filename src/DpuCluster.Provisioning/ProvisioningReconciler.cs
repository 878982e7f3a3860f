using DpuCluster.Api;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Provisioning.Assessment;
using DpuCluster.Provisioning.Health;

namespace DpuCluster.Provisioning;

/// <summary>
/// Keeps phase, <c>Ready</c>, version and node count of every DPUCluster true, whatever its type. Never writes <c>spec</c>.
/// </summary>
internal sealed class ProvisioningReconciler(
    Func<NamespacedName, DPUCluster?> find,
    ControlPlanes controlPlanes,
    ObjectWriter<DPUCluster> writer,
    StatusWriter<DPUCluster> status,
    ClusterAnnouncer announcer,
    TimeProvider clock) : IReconciler
{
    /// <summary>Who writes, as <c>managedFields</c> shows it.</summary>
    public const string FieldManager = "dpucluster-provisioning-controller";

    /// <summary>
    /// How long the status of a cluster that is being made may speak of an earlier generation where it has nothing else to say: the cluster
    /// manager's next step, <c>Created</c>, leads to a write anyway. Longer than managers wait before they tell what takes time.
    /// </summary>
    private static readonly TimeSpan GenerationPatience = TimeSpan.FromSeconds(5);

    private readonly PassingStates _unsaid = new(clock);

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken cancellation)
    {
        if (find(key) is not { } cluster)
        {
            await ForgetAsync(key).ConfigureAwait(false);
            return ReconcileResult.Done;
        }

        if (cluster.IsBeingDeleted && !cluster.HasFinalizer(ClusterFinalizer.ClusterManager))
        {
            await ForgetAsync(key).ConfigureAwait(false);
            await writer.DropFinalizerAsync(cluster, ClusterFinalizer.Provisioning, FieldManager, cancellation).ConfigureAwait(false);
            return ReconcileResult.Done;
        }

        if (!cluster.IsBeingDeleted)
        {
            cluster = await writer.AddFinalizerAsync(cluster, ClusterFinalizer.Provisioning, FieldManager, cancellation).ConfigureAwait(false);
        }

        var observation = await ObserveAsync(cluster, cancellation).ConfigureAwait(false);
        var assessment = ClusterAssessment.Assess(cluster, observation, clock.GetUtcNow());
        if (_unsaid.Wait(key, assessment.RepeatsWhileCreating(cluster) ? GenerationPatience : null) is { } unsaid)
        {
            return ReconcileResult.After(Earlier(assessment.LookAgainIn, unsaid)!.Value);
        }

        await status.WriteAsync(cluster, cluster with { Status = assessment.Status }, cancellation).ConfigureAwait(false);
        announcer.Announce(cluster, assessment);
        return Earlier(assessment.LookAgainIn, controlPlanes.LookAgainIn) is { } wait ? ReconcileResult.After(wait) : ReconcileResult.Done;
    }

    private async Task<ClusterObservation> ObserveAsync(DPUCluster cluster, CancellationToken cancellation)
    {
        if (ClusterAssessment.OpensKubeconfig(cluster))
        {
            return await controlPlanes.ObserveAsync(cluster, cancellation).ConfigureAwait(false);
        }

        await controlPlanes.ForgetAsync(cluster.Key).ConfigureAwait(false);
        return new(new KubeconfigObservation.NotNamed(), HealthReport.None);
    }

    private async Task ForgetAsync(NamespacedName key)
    {
        await controlPlanes.ForgetAsync(key).ConfigureAwait(false);
        announcer.Forget(key);
        _unsaid.Forget(key);
    }

    private static TimeSpan? Earlier(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other : one;
}
