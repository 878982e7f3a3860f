using DpuCluster.Api;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ClusterManager;

/// <summary>What a cluster manager's view of a cluster makes of the conditions that are the manager's; pure.</summary>
internal static class ManagerStatus
{
    /// <summary>The cluster with those conditions; phase, <c>Ready</c> and conditions of others stay as they are.</summary>
    public static DPUCluster With(DPUCluster cluster, ClusterState state, DateTimeOffset now)
    {
        var generation = cluster.Metadata.Generation;
        var status = cluster.Status ?? new();
        var conditions = status.Conditions.With(
            ClusterConditionType.Created, state.IsCreated ? ConditionStatus.True : ConditionStatus.False,
            state.Reason, state.Message, generation, now);
        foreach (var (type, condition) in state.Conditions)
        {
            conditions = condition is null
                ? conditions.Without(type)
                : conditions.With(type, condition.Status, condition.Reason, condition.Message, generation, now);
        }

        conditions = state.IsStalled
            ? conditions.With(ClusterConditionType.Stalled, ConditionStatus.True, state.Reason, state.Message, generation, now)
            : conditions.Without(ClusterConditionType.Stalled);
        return cluster with { Status = status with { Conditions = conditions } };
    }
}
