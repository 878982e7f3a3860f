using DpuCluster.ClusterManager.Kamaji;
using DpuCluster.ClusterManager.Static;
using DpuCluster.Controllers.Permissions;
using DpuCluster.Operator;
using DpuCluster.Operator.Components;
using DpuCluster.Provisioning;

namespace DpuCluster.Standalone;

/// <summary>The processes that the whole system is made of.</summary>
public static class SystemParts
{
    /// <summary>The processes that the operator installs.</summary>
    public static IReadOnlyList<SystemComponent> Components { get; } =
    [
        SystemComponents.Provisioning(ProvisioningHost.Role),
        SystemComponents.KamajiClusterManager(KamajiClusterManagerHost.Role),
        SystemComponents.StaticClusterManager(StaticClusterManagerHost.Role),
    ];

    /// <summary>The role of the operator, which installs all of them.</summary>
    public static ControllerRole Operator { get; } = OperatorHost.Role(Components);

    /// <summary>The roles of all processes.</summary>
    public static IReadOnlyList<ControllerRole> Roles { get; } = [Operator, .. Components.Select(component => component.Role)];
}
