using System.Net;
using DpuCluster.Api;
using DpuCluster.Controllers.Applying;
using DpuCluster.Controllers.Informers;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using Microsoft.Extensions.Logging;

namespace DpuCluster.ClusterManager.Kamaji.Children;

/// <summary>
/// The objects of one kind that belong to clusters: makes them what they should be, with server-side apply and only where they are not, and
/// takes them away. What belongs to somebody else is never touched.
/// </summary>
/// <remarks>
/// The informer has the objects that carry our label, not the whole collection. One that it does not know is therefore asked
/// for before it is made: it may be somebody else's, or have lost the label.
/// </remarks>
internal sealed class ChildSet<T>(Informer<T> informer, ResourceClient<T> client, ObjectWriter<T> writer, ILogger logger)
    where T : class, IKubernetesObject<T>
{
    /// <summary>Who writes, as <c>managedFields</c> shows it.</summary>
    public const string FieldManager = "kamaji-cluster-manager";

    private static string Kind => T.Resource.Kind;

    /// <summary>The object, as far as the informer knows it.</summary>
    public T? Known(DPUCluster cluster, string name) => informer.Store.Find(cluster.Metadata.Namespace!, name);

    /// <summary>The object as it is; <see langword="null"/> where there is none.</summary>
    /// <exception cref="KubernetesException">Among others: the server does not know the kind.</exception>
    public async Task<T?> FindAsync(DPUCluster cluster, string name, CancellationToken cancellation) =>
        Known(cluster, name) ?? await client.FindAsync(cluster.Metadata.Namespace, name, cancellation).ConfigureAwait(false);

    /// <summary>Makes an object what it should be.</summary>
    /// <param name="cluster">Whose it is.</param>
    /// <param name="live">The object as it is; <see langword="null"/> where there is none.</param>
    /// <param name="desired">What it should be.</param>
    /// <param name="isOurs">Whether an object that exists is this cluster's.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The object as it is now.</returns>
    /// <exception cref="UnusableChildException">It is somebody else's, on its way out, or refused by the server.</exception>
    public async Task<T> EnsureAsync(DPUCluster cluster, T? live, T desired, Func<T, bool> isOurs, CancellationToken cancellation)
    {
        if (live is not null)
        {
            if (!isOurs(live))
            {
                throw new UnusableChildException(KamajiReason.NameConflict,
                    $"{Kind} {live.Key} exists and does not belong to this DPUCluster: delete or rename it, or give the DPUCluster another name");
            }

            if (live.IsBeingDeleted)
            {
                throw new UnusableChildException(KamajiReason.WaitingForDeletion, $"{Kind} {live.Key} is being deleted, and is made again when it is gone");
            }

            if (FieldDrift.Find(live, desired) is not { } field)
            {
                return live;
            }

            ChildLog.Differs(logger, Kind, live.Key, field);

            // The one that was looked at, not another of the same name that somebody has made since.
            desired = desired.WithMetadata(desired.Metadata with { Uid = live.Metadata.Uid });
        }

        try
        {
            return await writer.ApplyAsync(desired, new() { FieldManager = FieldManager, Force = true }, cancellation).ConfigureAwait(false);
        }
        catch (KubernetesException exception) when (exception.Code is HttpStatusCode.BadRequest or HttpStatusCode.Forbidden or HttpStatusCode.UnprocessableEntity)
        {
            throw new UnusableChildException(KamajiReason.ApplyRefused, $"the API server refuses {Kind} {desired.Key}: {exception.Message}", exception);
        }
    }

    /// <summary>Takes an object away that the cluster owns, and leaves every other one alone.</summary>
    /// <param name="cluster">Whose it is.</param>
    /// <param name="live">The object as it is; <see langword="null"/> where there is none.</param>
    /// <param name="propagation">What becomes of what the object owns: <c>Foreground</c> waits for it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Whether nothing of it is left.</returns>
    public async Task<bool> RemoveAsync(DPUCluster cluster, T? live, string propagation, CancellationToken cancellation)
    {
        if (live is null || !live.IsOwnedBy(cluster))
        {
            return true;
        }

        if (live.IsBeingDeleted)
        {
            return false;
        }

        try
        {
            // Only the state that was looked at: the garbage collector may have set it free since.
            var options = new DeleteOptions
            {
                PropagationPolicy = propagation,
                PreconditionUid = live.Metadata.Uid,
                PreconditionResourceVersion = live.Metadata.ResourceVersion,
            };
            return await writer.DeleteAsync(live.Metadata.Namespace, live.Metadata.Name!, options, cancellation).ConfigureAwait(false) == DeleteResult.Deleted;
        }
        catch (KubernetesException exception) when (exception.IsNotFound || exception.IsConflict)
        {
            // Gone already, changed, or another one has its name by now: the informer is about to tell.
            return Known(cluster, live.Metadata.Name!) is null;
        }
    }
}

internal static partial class ChildLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Kind} {Object} is not as it should be ({Field}): applying it")]
    public static partial void Differs(ILogger logger, string kind, NamespacedName @object, string field);
}
