using DpuCluster.Controllers.Permissions;

namespace DpuCluster.Operator.Components;

/// <summary>The sections of a DPFOperatorConfig that are about processes of this project.</summary>
public static class SystemComponents
{
    /// <summary>The provisioning controller.</summary>
    /// <param name="role">Its role.</param>
    public static SystemComponent Provisioning(ControllerRole role) => new(
        role,
        "/provisioning",
        spec => ComponentChoice.UnlessDisabled(spec.ProvisioningController?.Disable, spec.ProvisioningController?.Image));

    /// <summary>The Kamaji cluster manager.</summary>
    /// <param name="role">Its role.</param>
    public static SystemComponent KamajiClusterManager(ControllerRole role) => new(
        role,
        "/kamaji-cluster-manager",
        spec => ComponentChoice.UnlessDisabled(spec.KamajiClusterManager?.Disable, spec.KamajiClusterManager?.Image))
    { MakesPods = true };

    /// <summary>The static cluster manager.</summary>
    /// <param name="role">Its role.</param>
    public static SystemComponent StaticClusterManager(ControllerRole role) => new(
        role, "/static-cluster-manager", spec => ComponentChoice.WherePresent(spec.StaticClusterManager));
}
