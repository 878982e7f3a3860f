using DpuCluster.Kubernetes.Client;

namespace DpuCluster.Client;

/// <summary>How connections to DPU clusters are made.</summary>
public sealed record DpuClusterOptions
{
    /// <summary>What the kubeconfig of a DPU cluster may do beyond the rules; nothing by default.</summary>
    public DpuKubeconfigOptions Kubeconfig { get; init; } = new();

    /// <summary>How the clients of DPU clusters behave; its clock and its logs are also those of the waiting and following here.</summary>
    public KubernetesClientOptions Client { get; init; } = new();

    /// <summary>
    /// How often a Secret is read again where the host cluster does not allow to watch it; 30 s. Where it does, changes are
    /// noticed at once.
    /// </summary>
    public TimeSpan RereadInterval { get; init; } = TimeSpan.FromSeconds(30);
}
