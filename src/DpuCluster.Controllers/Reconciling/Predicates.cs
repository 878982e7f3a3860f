using DpuCluster.Controllers.Informers;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Controllers.Reconciling;

/// <summary>Says whether a change is worth a reconciliation.</summary>
/// <typeparam name="T">Type of the object.</typeparam>
public delegate bool Predicate<T>(Change<T> change)
    where T : class;

/// <summary>The customary predicates. Objects that come and go always pass.</summary>
public static class Predicates
{
    /// <summary>The desired state changed, as the generation tells. Kinds without a generation never pass.</summary>
    public static bool GenerationChanged<T>(Change<T> change)
        where T : class, IKubernetesObject =>
        change.Old is not { } old || change.Type != ChangeType.Updated || old.Metadata.Generation != change.Object.Metadata.Generation;

    /// <summary>The labels changed.</summary>
    public static bool LabelsChanged<T>(Change<T> change)
        where T : class, IKubernetesObject =>
        change.Old is not { } old || change.Type != ChangeType.Updated || !Same(old.Metadata.Labels, change.Object.Metadata.Labels);

    /// <summary>The annotations changed.</summary>
    public static bool AnnotationsChanged<T>(Change<T> change)
        where T : class, IKubernetesObject =>
        change.Old is not { } old || change.Type != ChangeType.Updated || !Same(old.Metadata.Annotations, change.Object.Metadata.Annotations);

    /// <summary>Deletion was asked for, or the finalizers that hold it up changed.</summary>
    public static bool DeletionChanged<T>(Change<T> change)
        where T : class, IKubernetesObject =>
        change.Old is not { } old
        || change.Type != ChangeType.Updated
        || old.IsBeingDeleted != change.Object.IsBeingDeleted
        || !(old.Metadata.Finalizers ?? []).SequenceEqual(change.Object.Metadata.Finalizers ?? []);

    /// <summary>Passes what any of these passes.</summary>
    public static Predicate<T> Any<T>(params Predicate<T>[] predicates)
        where T : class => change => predicates.Any(predicate => predicate(change));

    /// <summary>Passes what all of these pass.</summary>
    public static Predicate<T> All<T>(params Predicate<T>[] predicates)
        where T : class => change => predicates.All(predicate => predicate(change));

    private static bool Same(IReadOnlyDictionary<string, string>? a, IReadOnlyDictionary<string, string>? b) =>
        (a?.Count ?? 0) == (b?.Count ?? 0) && (a is null || a.All(entry => b!.TryGetValue(entry.Key, out var value) && value == entry.Value));
}
