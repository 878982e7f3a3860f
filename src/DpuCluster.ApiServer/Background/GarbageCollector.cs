using System.Globalization;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Background;

/// <summary>
/// Deletes what only owners kept alive, when those are gone: after them (background), before them (foreground), or not at all
/// but without the reference (orphan).
/// </summary>
internal sealed class GarbageCollector(ResourceRegistry registry, ObjectStore store, ResourceWriter writer, ResourceDeleter deleter) : IBackgroundController
{
    private const string Orphan = "orphan";
    private const string Foreground = "foregroundDeletion";

    private readonly Dictionary<string, HashSet<Key>> _dependents = new(StringComparer.Ordinal);

    public void Recall(StoreChange found) => Index(found.Collection, null, found.Current);

    public async Task ObserveAsync(StoreChange change)
    {
        var (previous, current) = (change.Previous, change.Current);
        Index(change.Collection, previous, current);
        if (current is null)
        {
            foreach (var dependent in Dependents(previous!.Uid)) await CheckAsync(dependent).ConfigureAwait(false);

            // Owners may have waited for this one.
            foreach (var owner in previous.Header.Owners ?? []) await FinishForegroundAsync(owner, previous.Namespace).ConfigureAwait(false);
            return;
        }

        var header = current.Header;
        if (header.Owners is not null && !ReferenceEquals(previous?.Header.Owners, header.Owners)) await CheckAsync(new Key(change.Collection, current.Namespace, current.Name)).ConfigureAwait(false);
        if (previous?.Header.Owners is { } before)
        {
            foreach (var owner in before) await FinishForegroundAsync(owner, current.Namespace).ConfigureAwait(false);
        }

        if (header is not { IsDeleting: true, Finalizers: { } finalizers }) return;
        if (finalizers.Contains(Orphan)) await OrphanDependentsAsync(change.Collection, current).ConfigureAwait(false);
        else if (finalizers.Contains(Foreground)) await DeleteDependentsAsync(change.Collection, current).ConfigureAwait(false);
    }

    private sealed record Key(StoreCollection Collection, string Namespace, string Name);

    private void Index(StoreCollection collection, StoredObject? previous, StoredObject? current)
    {
        var key = new Key(collection, (current ?? previous)!.Namespace, (current ?? previous)!.Name);
        foreach (var owner in previous?.Header.Owners ?? [])
        {
            if (_dependents.TryGetValue(owner.Uid, out var keys) && keys.Remove(key) && keys.Count == 0) _dependents.Remove(owner.Uid);
        }

        foreach (var owner in current?.Header.Owners ?? [])
        {
            if (!_dependents.TryGetValue(owner.Uid, out var keys)) _dependents[owner.Uid] = keys = [];
            keys.Add(key);
        }
    }

    private List<Key> Dependents(string uid) => _dependents.TryGetValue(uid, out var keys) ? [.. keys] : [];

    /// <summary>Looks whether an object still has an owner, and acts when it has not.</summary>
    private async Task CheckAsync(Key key)
    {
        var stored = ObjectStore.Newest(key.Collection, key.Namespace, key.Name);
        if (stored?.Header is not { Owners: { } owners, IsDeleting: false } || Definition(key.Collection) is not { } resource) return;
        var solid = 0;
        var dangling = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new HashSet<string>(StringComparer.Ordinal);
        foreach (var owner in owners)
        {
            // While it cannot be said of one owner whether it is there, nothing is done.
            if (!CanBeFound(owner, stored.Namespace)) return;
            switch (Find(owner, stored.Namespace))
            {
                case null:
                    dangling.Add(owner.Uid);
                    break;
                case { Header: { IsDeleting: true, Finalizers: { } finalizers } } when finalizers.Contains(Foreground):
                    waiting.Add(owner.Uid);
                    break;
                default:
                    solid++;
                    break;
            }
        }

        if (dangling.Count + waiting.Count == 0) return;
        if (solid > 0)
        {
            await RemoveOwnersAsync(resource, stored, uid => dangling.Contains(uid) || waiting.Contains(uid)).ConfigureAwait(false);
            return;
        }

        var held = stored.Header.Finalizers ?? [];
        var dependents = Dependents(stored.Uid);
        var isBetween = waiting.Count > 0 && dependents.Count > 0;
        var policy = isBetween || held.Contains(Foreground) ? "Foreground" : "Background";
        if (!isBetween && held.Contains(Orphan)) policy = "Orphan";

        // In a circle each would wait for the other.
        if (isBetween && dependents.Any(WaitsForDependents)) stored = await UnblockOwnersAsync(resource, stored).ConfigureAwait(false) ?? stored;
        await DeleteAsync(resource, stored, policy).ConfigureAwait(false);
    }

    /// <summary>
    /// Deletes an object as it was read, as a real cluster does: not one that has got other owners meanwhile, about which nobody has decided
    /// yet. Their change is observed by itself. What else has changed does not keep it alive.
    /// </summary>
    /// <returns>Whether it was deleted, or is being deleted.</returns>
    internal async Task<bool> DeleteAsync(ResourceDefinition resource, StoredObject read, string policy)
    {
        for (var last = read; ;)
        {
            try
            {
                return await deleter.DeleteAsync(resource, last.Namespace, last.Name, new DeleteOptions
                {
                    PropagationPolicy = policy,
                    PreconditionUid = last.Uid,
                    PreconditionResourceVersion = last.Revision.ToString(CultureInfo.InvariantCulture),
                }).ConfigureAwait(false) is not null;
            }
            catch (ApiException conflict) when (conflict.Code == 409)
            {
                var now = ObjectStore.Newest(store.Collection(resource.StorageKey), read.Namespace, read.Name);
                if (now is null || now.Uid != read.Uid || !JsonNode.DeepEquals(Owners(now), Owners(read))) return false;
                if (now.Revision == last.Revision) throw;
                last = now;
            }
        }
    }

    private static JsonNode? Owners(StoredObject stored) => stored.Parse()["metadata"]?["ownerReferences"];

    private static bool WaitsForDependents(Key key) =>
        ObjectStore.Newest(key.Collection, key.Namespace, key.Name)?.Header is { IsDeleting: true, Finalizers: { } finalizers } && finalizers.Contains(Foreground);

    /// <returns>The object as it is then, if it is still the same with the same owners; null otherwise.</returns>
    private async Task<StoredObject?> UnblockOwnersAsync(ResourceDefinition resource, StoredObject stored)
    {
        var owners = stored.Header.Owners!.Select(owner => owner.Uid).ToList();
        var written = await writer.RewriteAsync(resource, stored.Namespace, stored.Name, obj =>
        {
            if (ObjectMetadata.Uid(obj) != stored.Uid || obj["metadata"]?["ownerReferences"] is not JsonArray references) return false;
            foreach (var reference in references.OfType<JsonObject>())
            {
                if (reference["blockOwnerDeletion"]?.GetValue<bool>() == true) reference["blockOwnerDeletion"] = false;
            }

            return true;
        }).ConfigureAwait(false);
        return written?.Object is { } now && now.Uid == stored.Uid && now.Header.Owners?.Select(owner => owner.Uid).SequenceEqual(owners) is true ? now : null;
    }

    private async Task OrphanDependentsAsync(StoreCollection collection, StoredObject owner)
    {
        foreach (var key in Dependents(owner.Uid))
        {
            if (ObjectStore.Newest(key.Collection, key.Namespace, key.Name) is { } dependent && Definition(key.Collection) is { } resource)
            {
                await RemoveOwnersAsync(resource, dependent, uid => uid == owner.Uid).ConfigureAwait(false);
            }
        }

        await RemoveFinalizerAsync(collection, owner, Orphan).ConfigureAwait(false);
    }

    private async Task DeleteDependentsAsync(StoreCollection collection, StoredObject owner)
    {
        foreach (var key in Dependents(owner.Uid)) await CheckAsync(key).ConfigureAwait(false);
        await FinishForegroundAsync(collection, owner).ConfigureAwait(false);
    }

    private async Task FinishForegroundAsync(OwnerLink link, string ns)
    {
        if (Find(link, ns) is not { Header: { IsDeleting: true, Finalizers: { } finalizers } } owner || !finalizers.Contains(Foreground)) return;
        if (Resource(link) is { } resource) await FinishForegroundAsync(store.Collection(resource.StorageKey), owner).ConfigureAwait(false);
    }

    private async Task FinishForegroundAsync(StoreCollection collection, StoredObject owner)
    {
        foreach (var key in Dependents(owner.Uid))
        {
            var blocks = ObjectStore.Newest(key.Collection, key.Namespace, key.Name)?.Header.Owners?.Any(o => o.Uid == owner.Uid && o.BlocksDeletion);
            if (blocks == true) return;
        }

        await RemoveFinalizerAsync(collection, owner, Foreground).ConfigureAwait(false);
    }

    private async Task RemoveFinalizerAsync(StoreCollection collection, StoredObject owner, string finalizer)
    {
        if (Definition(collection) is not { } resource) return;
        await writer.RewriteAsync(resource, owner.Namespace, owner.Name, obj =>
        {
            var finalizers = ObjectMetadata.Finalizers(obj);
            if (ObjectMetadata.Uid(obj) != owner.Uid || !finalizers.Remove(finalizer)) return false;
            ObjectMetadata.SetFinalizers(obj, finalizers);
            return true;
        }).ConfigureAwait(false);
    }

    private async Task RemoveOwnersAsync(ResourceDefinition resource, StoredObject stored, Func<string, bool> goes) =>
        await writer.RewriteAsync(resource, stored.Namespace, stored.Name, obj =>
        {
            if (ObjectMetadata.Uid(obj) != stored.Uid || obj["metadata"]?["ownerReferences"] is not JsonArray references) return false;
            var changed = false;
            for (var i = references.Count - 1; i >= 0; i--)
            {
                if (references[i]?["uid"]?.ToString() is not { } uid || !goes(uid)) continue;
                references.RemoveAt(i);
                changed = true;
            }

            if (references.Count == 0) ObjectMetadata.Of(obj).Remove("ownerReferences");
            return changed;
        }).ConfigureAwait(false);

    /// <summary>
    /// Whether it can be said that an owner is there: its kind is served, and it is not one in a namespace that an object outside of
    /// all of them names.
    /// </summary>
    private bool CanBeFound(OwnerLink link, string ns) => Resource(link) is { } resource && !(resource.Namespaced && ns.Length == 0);

    /// <summary>The owner that a reference from an object of a namespace means; null where there is none.</summary>
    private StoredObject? Find(OwnerLink link, string ns)
    {
        if (Resource(link) is not { } resource) return null;
        var owner = ObjectStore.Newest(store.Collection(resource.StorageKey), resource.Namespaced ? ns : "", link.Name);
        return owner?.Uid == link.Uid ? owner : null;
    }

    private ResourceDefinition? Resource(OwnerLink link)
    {
        var slash = link.ApiVersion.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? registry.FindKind("", link.ApiVersion, link.Kind) : registry.FindKind(link.ApiVersion[..slash], link.ApiVersion[(slash + 1)..], link.Kind);
    }

    private ResourceDefinition? Definition(StoreCollection collection) => registry.FindStored(collection.Group, collection.Plural);
}
