using System.Text.Json.Nodes;
using DpuCluster.ApiServer.CustomResources;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Background;

/// <summary>Removes all objects of a CRD that is being deleted, and then lets it go.</summary>
internal sealed class CrdFinalizer(ResourceRegistry registry, ObjectStore store, ResourceWriter writer, ResourceDeleter deleter) : IBackgroundController
{
    public const string Finalizer = "customresourcecleanup.apiextensions.k8s.io";

    private readonly StoreCollection _definitions = store.Collection((CrdRegistrar.Group, CrdRegistrar.Plural));

    public Task ObserveAsync(StoreChange change)
    {
        if (change.Collection == _definitions)
        {
            return change.Current is { Header.IsDeleting: true } ? FinishAsync(change.Current) : Task.CompletedTask;
        }

        if (change.Current is not null || !change.Collection.Group.Contains('.', StringComparison.Ordinal)) return Task.CompletedTask;
        var name = $"{change.Collection.Plural}.{change.Collection.Group}";
        return ObjectStore.Newest(_definitions, "", name) is { Header.IsDeleting: true } crd ? FinishAsync(crd) : Task.CompletedTask;
    }

    private async Task FinishAsync(StoredObject crd)
    {
        if (crd.Header.Finalizers?.Contains(Finalizer) != true) return;
        var definition = registry.Find(CrdRegistrar.Group, "v1", CrdRegistrar.Plural)!;
        await writer.RewriteAsync(definition, "", crd.Name, BeginDeletion).ConfigureAwait(false);
        var dot = crd.Name.IndexOf('.', StringComparison.Ordinal);
        var (plural, group) = (crd.Name[..dot], crd.Name[(dot + 1)..]);
        if (registry.FindStored(group, plural) is { } resource)
        {
            var left = false;
            foreach (var obj in store.Collection((group, plural)).Head)
            {
                var deleted = await deleter.DeleteAsync(resource, obj.Namespace, obj.Name, DeleteOptions.Background).ConfigureAwait(false);
                left |= deleted is { Deleted: false };
            }

            if (left) return;
        }

        await writer.RewriteAsync(definition, "", crd.Name, obj =>
        {
            var finalizers = ObjectMetadata.Finalizers(obj);
            if (!finalizers.Remove(Finalizer)) return false;
            ObjectMetadata.SetFinalizers(obj, finalizers);
            return true;
        }).ConfigureAwait(false);
    }

    /// <summary>Says of a definition that is to be deleted that its objects are on their way.</summary>
    private static bool BeginDeletion(JsonObject crd)
    {
        var condition = (crd["status"]?["conditions"] as JsonArray ?? []).OfType<JsonObject>().FirstOrDefault(one => one["type"]?.ToString() == "Terminating");
        const string InProgress = "InstanceDeletionInProgress";
        if (condition is null || condition["reason"]?.ToString() == InProgress) return false;
        condition["reason"] = InProgress;
        condition["message"] = "CustomResource deletion is in progress";
        return true;
    }

    /// <summary>Marks a definition that is to be deleted: from now on it waits for its objects to go.</summary>
    public static void Mark(JsonObject crd, string now)
    {
        var finalizers = ObjectMetadata.Finalizers(crd);
        if (!finalizers.Contains(Finalizer)) finalizers.Add(Finalizer);
        ObjectMetadata.SetFinalizers(crd, finalizers);
        ObjectMetadata.Of(crd)["deletionTimestamp"] = now;
        if (crd["status"] is not JsonObject status) crd["status"] = status = [];
        if (status["conditions"] is not JsonArray conditions) status["conditions"] = conditions = [];
        conditions.Add((JsonNode)new JsonObject
        {
            ["type"] = "Terminating",
            ["status"] = "True",
            ["lastTransitionTime"] = now,
            ["reason"] = "InstanceDeletionPending",
            ["message"] = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
        });
    }
}
