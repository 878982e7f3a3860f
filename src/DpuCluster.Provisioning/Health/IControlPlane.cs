namespace DpuCluster.Provisioning.Health;

/// <summary>
/// The control plane of one DPU cluster as the health monitor sees it. A seam, so that the monitor's rules are tested without a
/// server; <see cref="KubernetesControlPlane"/> is the real one.
/// </summary>
internal interface IControlPlane : IDisposable
{
    /// <summary>Asks whether the control plane works.</summary>
    /// <returns>Null when it does; otherwise the cause, in the same words for the same cause.</returns>
    Task<string?> CheckAsync(CancellationToken cancellation);

    /// <summary>Asks what the control plane runs and how many nodes have joined; what cannot be learned is null.</summary>
    Task<Inventory> TakeInventoryAsync(CancellationToken cancellation);

    /// <summary>Holds something open that ends when the API server dies; returns when it has ended.</summary>
    Task WatchAsync(CancellationToken cancellation);
}

/// <summary>What a control plane says of itself.</summary>
/// <param name="Version">Its version, such as <c>v1.30.2</c>.</param>
/// <param name="Nodes">How many nodes have joined.</param>
internal sealed record Inventory(string? Version, int? Nodes);
