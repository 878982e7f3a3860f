using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Standalone.Workloads;

/// <summary>What is to be done for a replica set, and how it does: a function of the set and its pods.</summary>
/// <param name="Create">How many pods to make.</param>
/// <param name="Delete">The pods that go.</param>
/// <param name="Status">How the set does.</param>
/// <param name="Again">When time alone will have changed something.</param>
internal sealed record ReplicaSetPlan(int Create, IReadOnlyList<Pod> Delete, ReplicaSetStatus Status, TimeSpan? Again)
{
    public static ReplicaSetPlan Make(ReplicaSet set, IReadOnlyList<Pod> pods, DateTimeOffset now)
    {
        var active = pods.Where(PodState.IsActive).ToList();
        var wanted = set.Spec?.Replicas ?? 1;
        var minReady = set.Spec?.MinReadySeconds;

        // Those go first that are of least use: without a node, not ready, young.
        var surplus = active
            .OrderBy(pod => pod.Spec?.NodeName is not null)
            .ThenBy(PodState.IsReady)
            .ThenByDescending(pod => pod.Metadata.CreationTimestamp)
            .ThenBy(pod => pod.Metadata.Name, StringComparer.Ordinal)
            .Take(Math.Max(0, active.Count - wanted));
        var over = pods.Where(pod => pod.IsOver() && !pod.IsBeingDeleted);
        var status = (set.Status ?? new()) with
        {
            Replicas = active.Count,
            FullyLabeledReplicas = NullIfZero(active.Count),
            ReadyReplicas = NullIfZero(active.Count(PodState.IsReady)),
            AvailableReplicas = NullIfZero(active.Count(pod => pod.IsAvailable(minReady, now))),
            ObservedGeneration = set.Metadata.Generation,
        };
        return new(Math.Max(0, wanted - active.Count), [.. surplus, .. over], status, PodState.NextAvailable(active, minReady, now));
    }

    // The server keeps no zero in these fields.
    private static int? NullIfZero(int number) => number == 0 ? null : number;
}
