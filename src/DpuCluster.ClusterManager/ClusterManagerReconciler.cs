using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Controllers.Events;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ClusterManager;

/// <summary>
/// What every cluster manager does in the same way: only clusters of its type, only in the phases in which a manager acts, the
/// finalizer first, <c>spec.kubeconfig</c> before <c>Created</c>, and writes only for a difference.
/// </summary>
internal sealed class ClusterManagerReconciler(
    IClusterManager manager,
    Func<NamespacedName, DPUCluster?> find,
    ObjectWriter<DPUCluster> writer,
    StatusWriter<DPUCluster> status,
    EventRecorder events,
    string fieldManager,
    TimeProvider clock) : IReconciler
{
    private readonly PassingStates _passing = new(clock);

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken cancellation)
    {
        if (find(key) is not { } cluster || cluster.Spec.Type != manager.Type)
        {
            _passing.Forget(key);
            return ReconcileResult.Done;
        }

        if (cluster.IsBeingDeleted)
        {
            return await CleanUpAsync(cluster, cancellation).ConfigureAwait(false);
        }

        if (cluster.Status?.Phase is not (ClusterPhase.Creating or ClusterPhase.Ready or ClusterPhase.NotReady))
        {
            return ReconcileResult.Done;
        }

        cluster = await TakeAsync(cluster, cancellation).ConfigureAwait(false);
        var state = await manager.ReconcileAsync(cluster, cancellation).ConfigureAwait(false);
        if (state.KubeconfigSecret is { } secret && string.IsNullOrEmpty(cluster.Spec.Kubeconfig))
        {
            cluster = await NameKubeconfigAsync(cluster, secret, cancellation).ConfigureAwait(false);
        }

        if (_passing.Wait(key, state.WrittenAfter) is { } wait)
        {
            return ReconcileResult.After(state.Again is { } sooner && sooner < wait ? sooner : wait);
        }

        await WriteAsync(cluster, state, cancellation).ConfigureAwait(false);
        return state.Again is { } again ? ReconcileResult.After(again) : ReconcileResult.Done;
    }

    private async Task<ReconcileResult> CleanUpAsync(DPUCluster cluster, CancellationToken cancellation)
    {
        // What was asked to stay must not be taken for the cluster's still; the end of it is a change, which leads here again.
        if (!cluster.HasFinalizer(ClusterFinalizer.ClusterManager) || cluster.IsBeingOrphaned)
        {
            return ReconcileResult.Done;
        }

        var cleanUp = await manager.CleanUpAsync(cluster, cancellation).ConfigureAwait(false);
        if (cleanUp.WaitingFor is not { } left)
        {
            await writer.DropFinalizerAsync(cluster, ClusterFinalizer.ClusterManager, fieldManager, cancellation).ConfigureAwait(false);
            return ReconcileResult.Done;
        }

        await WriteAsync(cluster, ClusterState.Creating(ManagerReason.CleaningUp, $"the cluster is being deleted; still there: {left}"), cancellation)
            .ConfigureAwait(false);
        return cleanUp.Again is { } again ? ReconcileResult.After(again) : ReconcileResult.Done;
    }

    /// <summary>The finalizer before anything that would be left behind and, where its name is certain, the Secret in the same write.</summary>
    private Task<DPUCluster> TakeAsync(DPUCluster cluster, CancellationToken cancellation)
    {
        var secret = cluster.HasFinalizer(ClusterFinalizer.ClusterManager) || !string.IsNullOrEmpty(cluster.Spec.Kubeconfig) ? null : manager.KubeconfigSecretFor(cluster);
        return writer.AddFinalizerAsync(
            cluster, ClusterFinalizer.ClusterManager, fieldManager, cancellation, secret is null ? null : KubeconfigIs(secret));
    }

    private Task<DPUCluster> NameKubeconfigAsync(DPUCluster cluster, string secret, CancellationToken cancellation)
    {
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = cluster.Metadata.ResourceVersion },
            ["spec"] = KubeconfigIs(secret),
        };
        return writer.PatchAsync(
            cluster.Metadata.Namespace, cluster.Metadata.Name!, Patch.Merge(patch), new() { FieldManager = fieldManager }, cancellation);
    }

    private static JsonObject KubeconfigIs(string secret) => new() { ["kubeconfig"] = secret };

    private async Task WriteAsync(DPUCluster cluster, ClusterState state, CancellationToken cancellation)
    {
        await status.WriteAsync(cluster, ManagerStatus.With(cluster, state, clock.GetUtcNow()), cancellation).ConfigureAwait(false);
        Announce(cluster, ClusterConditionType.Created, state.Reason, state.Message, isWell: state.IsCreated || state.Reason == ManagerReason.CleaningUp);

        // A further condition that is not True makes the cluster unready, and is told of as the reason for that. This one does not.
        if (state.Conditions.GetValueOrDefault(ClusterConditionType.Upgraded) is { } upgraded)
        {
            Announce(cluster, ClusterConditionType.Upgraded, upgraded.Reason, upgraded.Message, isWell: upgraded.Holds || upgraded.Reason == ClusterReason.Upgrading);
        }
    }

    private void Announce(DPUCluster before, string condition, string reason, string message, bool isWell)
    {
        var earlier = before.Status?.Conditions.Find(condition);
        if (earlier?.Reason == reason && earlier.Message == message)
        {
            return;
        }

        if (isWell)
        {
            events.Normal(before, reason, message, "ReconcileCluster");
        }
        else
        {
            events.Warning(before, reason, message, "ReconcileCluster");
        }
    }
}

/// <summary>Reasons that the shared reconciler gives by itself.</summary>
internal static class ManagerReason
{
    /// <summary><c>Created</c> is <c>False</c>: the cluster is being deleted, and something of it is still there.</summary>
    public const string CleaningUp = "CleaningUp";
}
