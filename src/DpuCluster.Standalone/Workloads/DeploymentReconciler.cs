using System.Globalization;
using System.Text.Json.Nodes;
using DpuCluster.Controllers.Informers;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Standalone.Workloads;

/// <summary>Keeps one replica set for every state of a deployment's template, and moves the pods from the older ones to the newest.</summary>
internal sealed class DeploymentReconciler(
    ObjectStore<Deployment> deployments,
    ObjectStore<ReplicaSet> sets,
    ObjectWriter<Deployment> writer,
    ObjectWriter<ReplicaSet> setWriter,
    StatusWriter<Deployment> status,
    TimeProvider clock) : IReconciler
{
    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken cancellation)
    {
        if (deployments.Find(key) is not { IsBeingDeleted: false } deployment)
        {
            return ReconcileResult.Done;
        }

        var own = sets.ByIndex(WorkloadIndex.Owner, deployment.Metadata.Uid!).Where(set => !set.IsBeingDeleted).ToList();
        var newest = DeploymentRollout.Newest(deployment, own);
        if (newest is null && deployment.Spec?.Paused is not true)
        {
            newest = await setWriter.CreateAsync(DeploymentRollout.Make(deployment, own), WorkloadHost.Writing, cancellation).ConfigureAwait(false);
            own.Add(newest);
        }
        else if (newest is not null && deployment.Spec?.Paused is not true)
        {
            newest = await NumberAsync(newest, own, cancellation).ConfigureAwait(false);
            foreach (var (set, replicas) in DeploymentRollout.Scale(deployment, newest, own).ToList())
            {
                await ScaleAsync(set, replicas, cancellation).ConfigureAwait(false);
            }

            foreach (var outdated in DeploymentRollout.Outdated(deployment, newest, own).ToList())
            {
                await setWriter.DeleteIfThereAsync(outdated, cancellation).ConfigureAwait(false);
            }
        }

        var current = newest is null ? deployment : await TellRevisionAsync(deployment, newest, cancellation).ConfigureAwait(false);
        var now = clock.GetUtcNow();
        var desired = DeploymentProgress.Status(current, newest, own, now);
        await status.WriteIfThereAsync(current, current with { Status = desired }, cancellation).ConfigureAwait(false);
        return DeploymentProgress.UntilDeadline(current, desired, now) is { } wait ? ReconcileResult.After(wait) : ReconcileResult.Done;
    }

    /// <summary>Makes the replica set's number the highest, which it is not when the deployment went back to an older template.</summary>
    private async Task<ReplicaSet> NumberAsync(ReplicaSet newest, List<ReplicaSet> own, CancellationToken cancellation)
    {
        var highest = own.Where(set => set != newest).Select(DeploymentRollout.Revision).DefaultIfEmpty(0).Max();
        if (DeploymentRollout.Revision(newest) > highest)
        {
            return newest;
        }

        var numbered = await setWriter.PatchAsync(
            newest.Metadata.Namespace, newest.Metadata.Name!, Revision(highest + 1), WorkloadHost.Writing, cancellation).ConfigureAwait(false);
        own[own.IndexOf(newest)] = numbered;
        return numbered;
    }

    private async Task<Deployment> TellRevisionAsync(Deployment deployment, ReplicaSet newest, CancellationToken cancellation)
    {
        var revision = DeploymentRollout.Revision(newest);
        return deployment.Metadata.Annotations?.GetValueOrDefault(DeploymentRollout.RevisionAnnotation) == revision.ToString(CultureInfo.InvariantCulture)
            ? deployment
            : await writer.PatchAsync(
                deployment.Metadata.Namespace, deployment.Metadata.Name!, Revision(revision), WorkloadHost.Writing, cancellation).ConfigureAwait(false);
    }

    private Task<ReplicaSet> ScaleAsync(ReplicaSet set, int replicas, CancellationToken cancellation) => setWriter.PatchAsync(
        set.Metadata.Namespace,
        set.Metadata.Name!,
        Patch.Merge(new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = set.Metadata.ResourceVersion },
            ["spec"] = new JsonObject { ["replicas"] = replicas },
        }),
        WorkloadHost.Writing,
        cancellation);

    private static Patch Revision(long revision) => Patch.Merge(new JsonObject
    {
        ["metadata"] = new JsonObject
        {
            ["annotations"] = new JsonObject { [DeploymentRollout.RevisionAnnotation] = revision.ToString(CultureInfo.InvariantCulture) },
        },
    });
}
