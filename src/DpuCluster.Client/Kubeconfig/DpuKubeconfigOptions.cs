namespace DpuCluster.Client;

/// <summary>What a kubeconfig of a DPU cluster may do beyond the rules.</summary>
public sealed record DpuKubeconfigOptions
{
    /// <summary>
    /// Accepts <c>insecure-skip-tls-verify</c>: whoever sits between here and such a DPU cluster can read and change
    /// everything. The flag <c>--allow-insecure-dpu-clusters</c>.
    /// </summary>
    public bool AllowInsecure { get; init; }
}
