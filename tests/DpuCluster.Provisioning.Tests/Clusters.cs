using DpuCluster.Api;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Provisioning.Tests;

/// <summary>Builders of the clusters that tests speak of.</summary>
internal static class Clusters
{
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A static cluster that nobody has looked at yet.</summary>
    public static DPUCluster New(string type = ClusterType.Static, long generation = 1) => new()
    {
        Metadata = new() { Name = "dpu-cluster-1", Namespace = "dpf-operator-system", Generation = generation, ResourceVersion = "1" },
        Spec = new() { Type = type, Version = "v1.30.2", Kubeconfig = "dpu-cluster-1-admin-kubeconfig" },
        Status = new() { Phase = ClusterPhase.Pending },
    };

    public static DPUCluster InPhase(this DPUCluster cluster, string phase) =>
        cluster with { Status = cluster.Status! with { Phase = phase } };

    public static DPUCluster Taken(this DPUCluster cluster) => cluster.WithMetadata(cluster.Metadata with
    {
        Finalizers = [ClusterFinalizer.Provisioning, ClusterFinalizer.ClusterManager],
    });

    public static DPUCluster WithCondition(
        this DPUCluster cluster, string type, string status, string reason, string message = "", long? generation = 1, DateTimeOffset? since = null) =>
        cluster with
        {
            Status = cluster.Status! with
            {
                Conditions = cluster.Status.Conditions.With(type, status, reason, message, generation, since ?? Now),
            },
        };

    /// <summary>A cluster whose manager has done its part.</summary>
    public static DPUCluster Created(this DPUCluster cluster) =>
        cluster.Taken().WithCondition(ClusterConditionType.Created, ConditionStatus.True, ClusterReason.Created);

    public static DPUCluster DeletedByUser(this DPUCluster cluster) =>
        cluster.WithMetadata(cluster.Metadata with { DeletionTimestamp = Now });

    public static Condition Ready(this DPUClusterStatus status) =>
        status.Conditions.Find(ClusterConditionType.Ready).ShouldNotBeNull();
}
