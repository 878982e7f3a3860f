using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Background;

/// <summary>Removes events an hour after they were made.</summary>
internal sealed class EventExpiry(ResourceRegistry registry, ObjectStore store, ResourceDeleter deleter, TimeProvider clock) : IBackgroundController
{
    public Task ObserveAsync(StoreChange change) => Task.CompletedTask;

    public async Task SweepAsync()
    {
        if (registry.Find("", "v1", "events") is not { } resource) return;
        var now = clock.GetUtcNow();
        foreach (var obj in store.Collection(resource.StorageKey).Head)
        {
            if (obj.Header.Expires <= now) await deleter.DeleteAsync(resource, obj.Namespace, obj.Name, DeleteOptions.Background).ConfigureAwait(false);
        }
    }
}
