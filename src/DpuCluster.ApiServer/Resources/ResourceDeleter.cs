using System.Globalization;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Admission;
using DpuCluster.ApiServer.Background;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.CustomResources;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Resources;

/// <summary>
/// Deletes objects: at once where nothing holds them, otherwise by marking them, so that those who hold them by a finalizer, by
/// dependents or by a grace period can finish first.
/// </summary>
internal sealed class ResourceDeleter(ObjectStore store, ServedObjects served, CommitObservers observers, AdmissionControl admission, TimeProvider clock)
{
    private const string OrphanFinalizer = "orphan";
    private const string ForegroundFinalizer = "foregroundDeletion";

    /// <summary>Deletes an object, or begins to.</summary>
    /// <returns>The object as it last was or as it is while it waits; null when it does not exist.</returns>
    public async Task<Written?> DeleteAsync(ResourceDefinition resource, string ns, string name, DeleteOptions options)
    {
        var collection = store.Collection(resource.StorageKey);
        while (true)
        {
            if (ObjectStore.Newest(collection, ns, name) is not { } current) return null;
            CheckPreconditions(resource, current, options);
            var obj = ServedObjects.Read(resource, current);
            if (options.Origin is not null && resource.Strategy.DeletionRefusal(obj) is { } refusal) throw ApiErrors.Forbidden(resource.Group, resource.Plural, name, refusal);
            await admission.DeleteAsync(resource, obj, options).ConfigureAwait(false);
            var marked = Mark(resource, obj, options);
            if (marked == Marking.Waits)
            {
                await store.SettledAsync().ConfigureAwait(false);
                return new Written(current);
            }

            if (marked == Marking.Changed)
            {
                var draft = served.Draft(resource, obj);
                if (options.DryRun) return new Written(StoredObject.From(draft, current.Revision));
                var update = await store.UpdateAsync(collection, current, draft).ConfigureAwait(false);
                if (update.Outcome == CommitOutcome.Missing) return null;
                if (update.Outcome == CommitOutcome.Conflict) continue;
                await observers.NotifyAsync(resource, current, update.Object).ConfigureAwait(false);
                return new Written(update.Object!);
            }

            if (options.DryRun) return new Written(current, Deleted: true);
            var commit = await store.DeleteAsync(collection, current).ConfigureAwait(false);
            if (commit.Outcome == CommitOutcome.Missing) return null;
            if (commit.Outcome == CommitOutcome.Conflict) continue;
            resource.Strategy.Release(obj);
            await observers.NotifyAsync(resource, current, null).ConfigureAwait(false);
            return new Written(commit.Object!, Deleted: true);
        }
    }

    private enum Marking
    {
        /// <summary>Nothing holds it.</summary>
        Gone,

        /// <summary>It has to be stored with the mark.</summary>
        Changed,

        /// <summary>It is marked already.</summary>
        Waits,
    }

    private Marking Mark(ResourceDefinition resource, JsonObject obj, DeleteOptions options)
    {
        if (resource is { Group: CrdRegistrar.Group, Plural: CrdRegistrar.Plural } && !ObjectMetadata.IsDeleting(obj))
        {
            CrdFinalizer.Mark(obj, ObjectMetadata.Time(clock.GetUtcNow()));
            return Marking.Changed;
        }

        var metadata = ObjectMetadata.Of(obj);
        var finalizers = ObjectMetadata.Finalizers(obj);
        var changed = SetPropagation(obj, finalizers, options);
        var grace = resource.Strategy.GracePeriodSeconds(obj, options.GracePeriodSeconds) ?? 0;
        var isNamespace = resource is { Group: "", Plural: "namespaces" };
        var heldBySpec = isNamespace && obj["spec"]?["finalizers"] is JsonArray { Count: > 0 };
        if (finalizers.Count == 0 && grace == 0 && !heldBySpec) return Marking.Gone;

        if (!ObjectMetadata.IsDeleting(obj))
        {
            metadata["deletionTimestamp"] = ObjectMetadata.Time(clock.GetUtcNow().AddSeconds(grace));
            metadata["deletionGracePeriodSeconds"] = grace;
            if (ObjectMetadata.Number(obj, "generation") is > 0 and var generation) metadata["generation"] = generation + 1;
            if (isNamespace)
            {
                if (obj["status"] is not JsonObject status) obj["status"] = status = [];
                status["phase"] = "Terminating";
            }

            return Marking.Changed;
        }

        // A second deletion can only shorten the time that is left.
        if (ObjectMetadata.Number(obj, "deletionGracePeriodSeconds") is > 0 and var left && grace < left)
        {
            if (grace == 0 && finalizers.Count == 0) return Marking.Gone;
            metadata["deletionTimestamp"] = ObjectMetadata.Time(clock.GetUtcNow().AddSeconds(grace));
            metadata["deletionGracePeriodSeconds"] = grace;
            return Marking.Changed;
        }

        return changed ? Marking.Changed : Marking.Waits;
    }

    /// <summary>Says by finalizers what is to become of dependents.</summary>
    private static bool SetPropagation(JsonObject obj, List<string> finalizers, DeleteOptions options)
    {
        var policy = options.OrphanDependents switch
        {
            true => "Orphan",
            false => "Background",
            null => options.PropagationPolicy,
        };
        if (policy.Length == 0) return false;
        var before = finalizers.ToList();
        finalizers.RemoveAll(f => f is OrphanFinalizer or ForegroundFinalizer);
        if (policy == "Orphan") finalizers.Add(OrphanFinalizer);
        else if (policy == "Foreground") finalizers.Add(ForegroundFinalizer);
        if (before.SequenceEqual(finalizers)) return false;
        ObjectMetadata.SetFinalizers(obj, finalizers);
        return true;
    }

    private static void CheckPreconditions(ResourceDefinition resource, StoredObject current, DeleteOptions options)
    {
        if (options.PreconditionUid is { } uid && uid != current.Uid)
        {
            throw ApiErrors.Conflict(resource.Group, resource.Kind, current.Name,
                $"the UID in the precondition ({uid}) does not match the UID in record ({current.Uid}). The object might have been deleted and then recreated");
        }

        if (options.PreconditionResourceVersion is { } version && version != current.Revision.ToString(CultureInfo.InvariantCulture))
        {
            throw ApiErrors.Conflict(resource.Group, resource.Kind, current.Name,
                $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({current.Revision}). The object might have been modified");
        }
    }
}
