using DpuCluster.Api;
using DpuCluster.Controllers.Permissions;

namespace DpuCluster.ClusterManager;

/// <summary>What every cluster manager may do, whatever its type; for the role of its process.</summary>
public static class ClusterManagerPermissions
{
    /// <summary>What it does to DPUClusters.</summary>
    public static IReadOnlyList<Permission> Clusters { get; } =
    [
        new("Its finalizer, and spec.kubeconfig where it is the manager that sets it, go to the object.",
            DPUCluster.Resource.Group, ["dpuclusters"], ["list", "watch", "patch"]),
        new("Its conditions go to the status.", DPUCluster.Resource.Group, ["dpuclusters/status"], ["patch"]),
    ];
}
