using System.Net;
using DpuCluster.Controllers.Applying;
using DpuCluster.Controllers.Informers;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Operator.Components;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Operator.Applying;

/// <summary>
/// The members of the apply set that are of one kind: makes them what they should be, with server-side apply and only where they are not, and
/// takes them away. What somebody else has made is never touched.
/// </summary>
/// <param name="id">Identity of the set.</param>
/// <param name="propagation">What becomes of what a member owns when it goes: <c>Foreground</c> waits for it.</param>
/// <param name="informer">Knows the members, and nothing else.</param>
/// <param name="client">Reads what the informer does not know.</param>
/// <param name="writer">Writes.</param>
/// <param name="logger">Told of every difference that is mended.</param>
internal sealed class MemberSet<T>(
    string id, string propagation, Informer<T> informer, ResourceClient<T> client, ObjectWriter<T> writer, ILogger logger) : IMemberSet
    where T : class, IKubernetesObject<T>
{
    /// <inheritdoc/>
    public string Kind => T.Resource.Kind;

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => [.. informer.Store.All.Select(member => member.Metadata.Name!).Order(StringComparer.Ordinal)];

    /// <summary>The members.</summary>
    public IEnumerable<T> All => informer.Store.All;

    /// <summary>Makes a member what it should be.</summary>
    /// <returns>The object as it is now.</returns>
    /// <exception cref="MemberException">It is somebody else's, on its way out, or refused by the server.</exception>
    public async Task<T> EnsureAsync(T wanted, CancellationToken cancellation)
    {
        var (ns, name) = (wanted.Metadata.Namespace, wanted.Metadata.Name!);
        var labels = new Dictionary<string, string>(wanted.Metadata.Labels ?? new Dictionary<string, string>()) { [ApplySet.PartOfLabel] = id };
        var desired = AppliedConfiguration.Sign(wanted.WithMetadata(wanted.Metadata with { Labels = labels }));
        try
        {
            var live = informer.Store.Find(wanted.Key) ?? await client.FindAsync(ns, name, cancellation).ConfigureAwait(false);
            if (live is not null)
            {
                if (!IsOurs(live))
                {
                    throw new MemberException($"{Kind} {name} exists and was not made by the operator: delete or rename it");
                }

                if (live.IsBeingDeleted)
                {
                    throw new MemberException($"{Kind} {name} is being deleted, and is made again when it is gone");
                }

                if (FieldDrift.Find(live, desired) is not { } field)
                {
                    return live;
                }

                OperatorLog.Differs(logger, Kind, name, field);

                // The one that was looked at, not another of the same name that somebody has made since.
                desired = desired.WithMetadata(desired.Metadata with { Uid = live.Metadata.Uid });
            }

            return await writer.ApplyAsync(desired, new() { FieldManager = OperatorReconciler.FieldManager, Force = true }, cancellation).ConfigureAwait(false);
        }
        catch (KubernetesException exception) when (exception.Code is HttpStatusCode.BadRequest or HttpStatusCode.Forbidden or HttpStatusCode.UnprocessableEntity)
        {
            throw new MemberException($"the API server refuses {Kind} {name}: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> RemoveAsync(string name, CancellationToken cancellation)
    {
        if (informer.Store.All.FirstOrDefault(member => member.Metadata.Name == name) is not { } live)
        {
            return true;
        }

        if (live.IsBeingDeleted)
        {
            return false;
        }

        OperatorLog.Removes(logger, Kind, name);
        try
        {
            var options = new DeleteOptions { PropagationPolicy = propagation, PreconditionUid = live.Metadata.Uid };
            return await writer.DeleteAsync(live.Metadata.Namespace, name, options, cancellation).ConfigureAwait(false) == DeleteResult.Deleted;
        }
        catch (KubernetesException exception) when (exception.IsNotFound || exception.IsConflict)
        {
            // Gone already, or another one has its name by now: the informer is about to tell.
            return false;
        }
        catch (KubernetesException exception) when (exception.IsForbidden)
        {
            throw new MemberException($"{Kind} {name} is to be removed, and the API server refuses that: {exception.Message}", exception);
        }
    }

    /// <summary>One whose label of the set was taken off is still ours: the other label tells.</summary>
    private bool IsOurs(T live) =>
        live.Metadata.Labels is { } labels
        && (labels.GetValueOrDefault(ApplySet.PartOfLabel) == id || labels.GetValueOrDefault(ComponentManifests.ManagedByLabel) == ComponentManifests.ManagedBy);
}
