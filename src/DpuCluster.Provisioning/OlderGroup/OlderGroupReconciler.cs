using System.Net;
using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Controllers.Applying;
using DpuCluster.Controllers.Events;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Provisioning.OlderGroup;

/// <summary>
/// Mirrors each DPUCluster of the older group into one of today's, brings back its status and the kubeconfig that its manager names, and
/// takes it away again. A cluster that somebody else has made is never touched.
/// </summary>
internal sealed class OlderGroupReconciler(
    Func<NamespacedName, OlderDPUCluster?> findOlder,
    Func<NamespacedName, DPUCluster?> findMirror,
    ObjectWriter<OlderDPUCluster> olders,
    ObjectWriter<DPUCluster> mirrors,
    StatusWriter<OlderDPUCluster> status,
    EventRecorder events,
    TimeProvider clock,
    ILogger logger) : IReconciler
{
    /// <summary>Who writes, as <c>managedFields</c> shows it.</summary>
    public const string FieldManager = "dpucluster-older-group";

    // What was refused for want of a permission, or by an admission webhook, is not told of again by any change.
    private static readonly TimeSpan RefusedAgain = TimeSpan.FromMinutes(1);

    // Whoever took the name first is about to be seen.
    private static readonly TimeSpan TakenAgain = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken cancellation)
    {
        if (findOlder(key) is not { } older)
        {
            return ReconcileResult.Done;
        }

        var mirror = findMirror(key);
        if (older.IsBeingDeleted)
        {
            return await CleanUpAsync(older, mirror, cancellation).ConfigureAwait(false);
        }

        if (mirror is not null && ObstacleIn(mirror, older) is { } obstacle)
        {
            await WriteAsync(older, mirror.IsMirrorOf(older) ? mirror : null, obstacle, cancellation).ConfigureAwait(false);
            return ReconcileResult.Done;
        }

        older = await olders.AddFinalizerAsync(older, OlderGroupMirror.Finalizer, FieldManager, cancellation).ConfigureAwait(false);
        try
        {
            mirror = await EnsureAsync(older, mirror, cancellation).ConfigureAwait(false);
        }
        catch (KubernetesException exception) when (exception.IsAlreadyExists)
        {
            return ReconcileResult.After(TakenAgain);
        }
        catch (KubernetesException exception) when (exception.Code is HttpStatusCode.BadRequest or HttpStatusCode.Forbidden or HttpStatusCode.UnprocessableEntity)
        {
            var refused = new MirrorFault(MirrorReason.MirrorRefused, $"the API server refuses the mirrored DPUCluster {older.Key}: {exception.Message}");
            await WriteAsync(older, mirror, refused, cancellation).ConfigureAwait(false);
            return ReconcileResult.After(RefusedAgain);
        }

        older = await BringBackKubeconfigAsync(older, mirror, cancellation).ConfigureAwait(false);
        await WriteAsync(older, mirror, null, cancellation).ConfigureAwait(false);
        return ReconcileResult.Done;
    }

    /// <summary>What about an existing cluster keeps the older object from being mirrored into it.</summary>
    private static MirrorFault? ObstacleIn(DPUCluster existing, OlderDPUCluster older)
    {
        var name = $"DPUCluster {existing.Key} of {DPUCluster.Resource.Group}";
        return existing.IsMirrorOf(older)
            ? existing.IsBeingDeleted
                ? new(MirrorReason.WaitingForDeletion, $"{name} is being deleted, and is made again when it is gone; to be rid of it, delete this object")
                : null
            : existing.IsBeingDeleted || existing.IsLeftBy(older)
            ? new(MirrorReason.WaitingForDeletion, $"{name} is what an earlier object of this name left, and is waited for until it is gone")
            : new(MirrorReason.NameConflict,
                $"{name} exists and does not belong to this object: delete the one of the two that is not wanted, or give this one another name");
    }

    /// <summary>Makes the mirrored cluster what it should be, with no write where it is that already.</summary>
    private async Task<DPUCluster> EnsureAsync(OlderDPUCluster older, DPUCluster? mirror, CancellationToken cancellation)
    {
        var desired = MirroredCluster.Desired(older);
        if (mirror is null)
        {
            // Created, not applied: what somebody else makes under that name at this moment must not be taken over. The labels and annotations
            // that come along are applied afterwards, since only what was applied goes by itself when it is no longer wanted.
            var bare = desired.Metadata with { Labels = null, Annotations = Only(desired.Metadata.Annotations, AppliedConfiguration.Annotation) };
            mirror = await mirrors.CreateAsync(desired.WithMetadata(bare), new() { FieldManager = FieldManager }, cancellation).ConfigureAwait(false);
        }

        // First away with what is too much: what would be left of it might not be valid by itself.
        if (MirroredCluster.Surplus(mirror, desired) is { Count: > 0 } surplus)
        {
            OlderGroupLog.Surplus(logger, mirror.Key, string.Join(", ", surplus.Select(field => $"spec.{field.Key}")));
            mirror = await PatchSpecAsync(mirrors, mirror, surplus, cancellation).ConfigureAwait(false);
        }

        if (FieldDrift.Find(mirror, desired) is { } field)
        {
            OlderGroupLog.Differs(logger, mirror.Key, field);
            var same = desired.WithMetadata(desired.Metadata with { Uid = mirror.Metadata.Uid });
            mirror = await mirrors.ApplyAsync(same, new() { FieldManager = FieldManager, Force = true }, cancellation).ConfigureAwait(false);
        }

        return mirror;
    }

    /// <summary>Those who read the older object find the Secret where they have always found it.</summary>
    private Task<OlderDPUCluster> BringBackKubeconfigAsync(OlderDPUCluster older, DPUCluster mirror, CancellationToken cancellation) =>
        string.IsNullOrEmpty(older.Spec.Kubeconfig) && !string.IsNullOrEmpty(mirror.Spec.Kubeconfig)
            ? PatchSpecAsync(olders, older, new JsonObject { ["kubeconfig"] = mirror.Spec.Kubeconfig }, cancellation)
            : Task.FromResult(older);

    /// <summary>The older object stays until the control plane behind it is gone, so that whoever waits for the one has waited for the other.</summary>
    private async Task<ReconcileResult> CleanUpAsync(OlderDPUCluster older, DPUCluster? mirror, CancellationToken cancellation)
    {
        if (!older.HasFinalizer(OlderGroupMirror.Finalizer) || older.IsBeingOrphaned)
        {
            return ReconcileResult.Done;
        }

        if (mirror?.IsMirrorOf(older) is not true)
        {
            await olders.DropFinalizerAsync(older, OlderGroupMirror.Finalizer, FieldManager, cancellation).ConfigureAwait(false);
            return ReconcileResult.Done;
        }

        if (!mirror.IsBeingDeleted)
        {
            // Only the state that was looked at: the garbage collector may have set it free since.
            var exactly = new DeleteOptions { PreconditionUid = mirror.Metadata.Uid, PreconditionResourceVersion = mirror.Metadata.ResourceVersion };
            try
            {
                await mirrors.DeleteAsync(mirror.Metadata.Namespace, mirror.Metadata.Name!, exactly, cancellation).ConfigureAwait(false);
            }
            catch (KubernetesException exception) when (exception.IsNotFound)
            {
                // Gone already: the informer is about to tell.
                return ReconcileResult.Done;
            }
        }

        var waiting = new MirrorFault(MirrorReason.WaitingForDeletion, $"waiting until DPUCluster {mirror.Key} of {DPUCluster.Resource.Group} is gone");
        await WriteAsync(older, mirror, waiting, cancellation).ConfigureAwait(false);
        return ReconcileResult.Done;
    }

    private async Task WriteAsync(OlderDPUCluster older, DPUCluster? mirror, MirrorFault? fault, CancellationToken cancellation)
    {
        var before = older.Status?.Conditions.Find(OlderGroupMirror.Condition);
        var desired = older with { Status = MirroredStatus.Of(older, mirror, fault, clock.GetUtcNow()) };
        await status.WriteAsync(older, desired, cancellation).ConfigureAwait(false);
        var after = desired.Status.Conditions.Find(OlderGroupMirror.Condition)!;
        if (before?.Reason == after.Reason)
        {
            return;
        }

        if (fault?.WaitsForPerson is true)
        {
            events.Warning(older, after.Reason, after.Message, "MirrorCluster");
        }
        else
        {
            events.Normal(older, after.Reason, after.Message, "MirrorCluster");
        }
    }

    private static Task<T> PatchSpecAsync<T>(ObjectWriter<T> writer, T obj, JsonObject spec, CancellationToken cancellation)
        where T : class, IKubernetesObject<T>
    {
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = obj.Metadata.ResourceVersion },
            ["spec"] = spec,
        };
        return writer.PatchAsync(obj.Metadata.Namespace, obj.Metadata.Name!, Patch.Merge(patch), new() { FieldManager = FieldManager }, cancellation);
    }

    private static Dictionary<string, string>? Only(IReadOnlyDictionary<string, string>? all, string key) =>
        all?.TryGetValue(key, out var value) is true ? new() { [key] = value } : null;
}

internal static partial class OlderGroupLog
{
    [LoggerMessage(LogLevel.Information, "DPUCluster {Cluster} is not as the object of the older group wants it ({Field}): applying it")]
    public static partial void Differs(ILogger logger, NamespacedName cluster, string field);

    [LoggerMessage(LogLevel.Information, "DPUCluster {Cluster} has fields that the object of the older group does not have ({Fields}): removing them")]
    public static partial void Surplus(ILogger logger, NamespacedName cluster, string fields);
}
