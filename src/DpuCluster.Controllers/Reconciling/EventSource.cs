using DpuCluster.Controllers.Informers;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Controllers.Reconciling;

/// <summary>One collection that a controller listens to, and how its objects lead to the keys that are reconciled.</summary>
internal abstract class EventSource
{
    public abstract IInformer Informer { get; }

    /// <summary>Starts to listen.</summary>
    /// <param name="seen">Told of every change, before predicates.</param>
    /// <param name="enqueue">Told of the keys to reconcile.</param>
    public abstract void Listen(Action<NamespacedName> seen, Action<NamespacedName> enqueue);

    /// <summary>The keys to reconcile when this object changes.</summary>
    public abstract IReadOnlyList<NamespacedName> KeysOf(IKubernetesObject value);

    /// <summary>The keys to reconcile when the object of this name changes, as far as it is known.</summary>
    public abstract IReadOnlyList<NamespacedName> KeysOf(NamespacedName key);

    /// <summary>Whether the informer has surely seen this version of the object, or what came after it.</summary>
    public abstract bool HasSeen(NamespacedName key, string version);

    /// <summary>Whether the informer has seen that this object is gone or on its way out.</summary>
    public abstract bool HasSeenDeletion(NamespacedName key, string? uid);
}

internal sealed class EventSource<T>(Informer<T> informer, Func<T, IEnumerable<NamespacedName>> map, Predicate<T>[] predicates) : EventSource
    where T : class, IKubernetesObject<T>
{
    public override IInformer Informer => informer;

    public override void Listen(Action<NamespacedName> seen, Action<NamespacedName> enqueue) => informer.AddHandler(change =>
    {
        var keys = map(change.Object);
        if (change is { Type: ChangeType.Updated, Old: { } old })
        {
            // An object that has changed hands concerns the one who lost it too.
            keys = keys.Union(map(old));
        }

        var passes = Array.TrueForAll(predicates, predicate => predicate(change));
        foreach (var key in keys)
        {
            seen(key);
            if (passes)
            {
                enqueue(key);
            }
        }
    });

    public override IReadOnlyList<NamespacedName> KeysOf(IKubernetesObject value) => value switch
    {
        T typed => [.. map(typed)],
        _ when typeof(T) == typeof(PartialObjectMetadata) => [.. map((T)(object)new PartialObjectMetadata { Metadata = value.Metadata })],
        _ => [],
    };

    public override IReadOnlyList<NamespacedName> KeysOf(NamespacedName key) => informer.Store.Find(key) is { } value ? [.. map(value)] : [];

    public override bool HasSeen(NamespacedName key, string version) =>
        ResourceVersions.IsAtLeast(informer.Store.Find(key)?.Metadata.ResourceVersion, version) || ResourceVersions.IsAtLeast(informer.Version, version);

    public override bool HasSeenDeletion(NamespacedName key, string? uid) =>
        informer.Store.Find(key) is not { } value || value.IsBeingDeleted || (uid is not null && value.Metadata.Uid != uid);
}
