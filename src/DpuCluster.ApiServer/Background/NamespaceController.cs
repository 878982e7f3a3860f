using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Background;

/// <summary>Empties namespaces that are being deleted, and lets them go when they are empty.</summary>
internal sealed class NamespaceController(ResourceRegistry registry, ObjectStore store, ResourceWriter writer, ResourceDeleter deleter) : IBackgroundController
{
    private readonly StoreCollection _namespaces = store.Collection(("", "namespaces"));

    public Task ObserveAsync(StoreChange change)
    {
        if (change.Collection == _namespaces)
        {
            return change.Current is { Header.IsDeleting: true } deleting && change.Previous?.Header.IsDeleting != true
                ? EmptyAsync(deleting.Name, deleteContents: true)
                : Task.CompletedTask;
        }

        // Something is gone, or was still made when its namespace already went.
        var obj = (change.Current ?? change.Previous)!;
        if (obj.Namespace.Length == 0 || ObjectStore.Newest(_namespaces, "", obj.Namespace) is not { Header.IsDeleting: true }) return Task.CompletedTask;
        return change.Current is null || change.Previous is null ? EmptyAsync(obj.Namespace, deleteContents: change.Previous is null) : Task.CompletedTask;
    }

    private async Task EmptyAsync(string ns, bool deleteContents)
    {
        var left = false;
        foreach (var collection in store.Collections)
        {
            if (registry.FindStored(collection.Group, collection.Plural) is not { Namespaced: true } resource) continue;
            var objects = collection.Head;
            for (var i = ObjectStore.LowerBound(objects, ns, ""); i < objects.Count && objects[i].Namespace == ns; i++)
            {
                if (deleteContents)
                {
                    var deleted = await deleter.DeleteAsync(resource, ns, objects[i].Name, DeleteOptions.Background with { GracePeriodSeconds = 0 }).ConfigureAwait(false);
                    left |= deleted is { Deleted: false };
                }
                else
                {
                    left = true;
                    break;
                }
            }
        }

        if (left || registry.Find("", "v1", "namespaces") is not { } definition) return;
        await writer.RewriteAsync(definition, "", ns, obj =>
        {
            if (!ObjectMetadata.IsDeleting(obj) || obj["spec"]?["finalizers"] is not JsonArray finalizers) return false;
            for (var i = finalizers.Count - 1; i >= 0; i--)
            {
                if (finalizers[i]?.ToString() == "kubernetes") finalizers.RemoveAt(i);
            }

            if (finalizers.Count == 0) obj["spec"]!.AsObject().Remove("finalizers");
            return true;
        }).ConfigureAwait(false);
    }
}
