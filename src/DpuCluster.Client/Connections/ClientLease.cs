using DpuCluster.Kubernetes.Client;

namespace DpuCluster.Client;

/// <summary>The right to use a client until this is disposed: so long the client is not closed, even if its credentials are replaced.</summary>
public sealed class ClientLease : IDisposable
{
    private ClientGeneration? _generation;

    internal ClientLease(ClientGeneration generation)
    {
        _generation = generation;
        Replaced = generation.Replaced;
    }

    /// <summary>The client.</summary>
    public KubernetesClient Client => Generation.Client;

    /// <summary>What the client was made of.</summary>
    public DpuKubeconfig Kubeconfig => Generation.Kubeconfig;

    /// <summary>
    /// Cancelled when the credentials are replaced or withdrawn. Long calls, watches above all, end when it is, and start
    /// again with another lease.
    /// </summary>
    public CancellationToken Replaced { get; }

    private ClientGeneration Generation
    {
        get
        {
            var generation = Volatile.Read(ref _generation);
            ObjectDisposedException.ThrowIf(generation is null, this);
            return generation;
        }
    }

    /// <summary>Gives the client back.</summary>
    public void Dispose() => Interlocked.Exchange(ref _generation, null)?.Return();
}
