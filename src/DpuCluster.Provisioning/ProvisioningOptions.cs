using DpuCluster.Client;
using DpuCluster.Provisioning.Health;

namespace DpuCluster.Provisioning;

/// <summary>What the provisioning controller can be told.</summary>
public sealed record ProvisioningOptions
{
    /// <summary>How often, and how patiently, control planes are asked for their health.</summary>
    public HealthCheckOptions Health { get; init; } = new();

    /// <summary>What admin kubeconfigs may say beyond the rules.</summary>
    public DpuKubeconfigOptions Kubeconfig { get; init; } = new();

    /// <summary>
    /// Whether DPUClusters of the older group, <c>provisioning.dpf.nvidia.com</c>, are mirrored into today's. Where the older kind is not
    /// served there is nothing to mirror until it is.
    /// </summary>
    public bool MirrorOlderGroup { get; init; } = true;
}
