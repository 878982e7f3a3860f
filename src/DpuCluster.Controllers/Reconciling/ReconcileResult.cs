using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Controllers.Reconciling;

/// <summary>What a reconciliation came to: done, or again in a while. A failure is an exception.</summary>
public readonly record struct ReconcileResult
{
    /// <summary>Nothing to do until something changes.</summary>
    public static ReconcileResult Done => default;

    /// <summary>After how long to reconcile again even if nothing changes; <see langword="null"/> for not at all.</summary>
    public TimeSpan? Again { get; private init; }

    /// <summary>Reconcile again after this time, or earlier if something changes.</summary>
    public static ReconcileResult After(TimeSpan delay) => new() { Again = delay };
}

/// <summary>Brings what is to what should be, for one object at a time.</summary>
public interface IReconciler
{
    /// <summary>
    /// Reads the current state of the object, decides, writes the difference. Never called for one key by two workers at a time.
    /// An exception is logged once and the key is tried again with back-off; a conflict is tried again quietly.
    /// </summary>
    /// <param name="key">Whose state; the object may be gone.</param>
    /// <param name="cancellation">The process ends, the lease is lost, or the reconciliation took too long.</param>
    Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken cancellation);
}

/// <summary>An <see cref="IReconciler"/> as a function.</summary>
/// <inheritdoc cref="IReconciler.ReconcileAsync"/>
public delegate Task<ReconcileResult> Reconcile(NamespacedName key, CancellationToken cancellation);
