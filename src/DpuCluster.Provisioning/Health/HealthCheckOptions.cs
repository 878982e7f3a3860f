namespace DpuCluster.Provisioning.Health;

/// <summary>How often, and how patiently, control planes are asked for their health.</summary>
public sealed record HealthCheckOptions
{
    /// <summary>Time between two checks of a healthy control plane; every wait is up to a tenth longer or shorter. At least 1 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one check may take before it counts as failed.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How soon a first failure is confirmed, or refuted, by a second check.</summary>
    public TimeSpan ConfirmAfter { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Least time between two looks at version and node count.</summary>
    public TimeSpan InventoryInterval { get; init; } = TimeSpan.FromMinutes(1);
}
