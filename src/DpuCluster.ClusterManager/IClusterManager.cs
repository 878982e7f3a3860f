using DpuCluster.Api;

namespace DpuCluster.ClusterManager;

/// <summary>
/// Makes, or adopts, the control planes of all DPUClusters of one type. This is all that a cluster manager implements: the
/// finalizer, the conditions, the order of writes and the phases in which to act are the shared reconciler's.
/// </summary>
/// <remarks>
/// Both methods are called again and again with the state of the moment, never twice at a time for one cluster, and must lead
/// to the same end however often they run. An exception counts as a passing fault: it is logged, and the call is repeated
/// with growing pauses (5 ms to 5 min).
/// </remarks>
public interface IClusterManager
{
    /// <summary>The <c>spec.type</c> that this manager is responsible for, such as <c>acme.example/fast</c>.</summary>
    string Type { get; }

    /// <summary>Brings the control plane nearer to what <c>spec</c> wants, and says where it stands.</summary>
    /// <param name="cluster">The cluster; it carries the clean-up finalizer already.</param>
    /// <param name="cancellation">The process is about to end, or the lease is lost: stop writing.</param>
    Task<ClusterState> ReconcileAsync(DPUCluster cluster, CancellationToken cancellation);

    /// <summary>
    /// The Secret in the cluster's namespace that the admin kubeconfig will be in, where that is certain before anything is made: it is put
    /// into <c>spec.kubeconfig</c> by the same request that adds the finalizer. That the kubeconfig is there is what <c>Created</c> says.
    /// </summary>
    /// <param name="cluster">A cluster that has not been taken yet.</param>
    /// <returns>
    /// The name; <see langword="null"/>, as by default, where it is not certain yet, or the user supplies it: then
    /// <see cref="ClusterState.Created"/> may name it.
    /// </returns>
    string? KubeconfigSecretFor(DPUCluster cluster) => null;

    /// <summary>Takes down everything that was made for the cluster, and nothing else.</summary>
    /// <param name="cluster">The cluster, which is being deleted.</param>
    /// <param name="cancellation">The process is about to end, or the lease is lost: stop writing.</param>
    Task<CleanUp> CleanUpAsync(DPUCluster cluster, CancellationToken cancellation);
}
