namespace DpuCluster.EndToEnd.Chaos;

/// <summary>A controller, and what it may write: <em>Who may write what</em> of the specification.</summary>
/// <param name="Command">How it is started.</param>
/// <param name="Lease">Name of the lease that it acts under.</param>
/// <param name="FieldManager">As whom <c>managedFields</c> show it.</param>
/// <param name="ClusterType">Of which type a DPUCluster must be that it writes to; <see langword="null"/> for any.</param>
/// <param name="Resources">To objects of which resources it writes, leases and events aside.</param>
internal sealed record Part(string Command, string Lease, string FieldManager, string? ClusterType, IReadOnlyList<string> Resources)
{
    public static Part Provisioning { get; } = new("provisioning-controller", "dpucluster-provisioning.dpu.nvidia.com", "dpucluster-provisioning-controller", null, ["dpuclusters"]);

    public static Part Static { get; } = new("static-cluster-manager", "507jei28.dpu.nvidia.com", "static-cluster-manager", Api.ClusterType.Static, ["dpuclusters"]);

    public static Part Kamaji { get; } = new(
        "kamaji-cluster-manager",
        "204fbe18.dpu.nvidia.com",
        "kamaji-cluster-manager",
        Api.ClusterType.Kamaji,
        ["dpuclusters", "services", "tenantcontrolplanes", "configmaps", "daemonsets"]);

    public static IReadOnlyList<Part> All { get; } = [Provisioning, Static, Kamaji];

    public bool IsManager => ClusterType is not null;
}
