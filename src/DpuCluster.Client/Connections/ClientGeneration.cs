using System.Diagnostics.CodeAnalysis;
using DpuCluster.Kubernetes.Client;

namespace DpuCluster.Client;

/// <summary>One client with one set of credentials. It is disposed when it is both retired and no longer rented.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A token source without a timer holds nothing; leases may look at its token after the end.")]
internal sealed class ClientGeneration
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _replaced = new();
    private int _leases;
    private bool _retired;

    public ClientGeneration(DpuKubeconfig kubeconfig, KubernetesClientOptions options)
    {
        Kubeconfig = kubeconfig;
        Client = new(kubeconfig.Configuration, options);
    }

    public DpuKubeconfig Kubeconfig { get; }

    public KubernetesClient Client { get; }

    public CancellationToken Replaced => _replaced.Token;

    public ClientLease Rent()
    {
        lock (_lock)
        {
            _leases++;
        }

        return new(this);
    }

    /// <summary>No more leases are given out.</summary>
    public void Retire()
    {
        bool unused;
        lock (_lock)
        {
            _retired = true;
            unused = _leases == 0;
        }

        // Not awaited: what is registered there belongs to the users of leases, and must not hold up a rotation.
        _ = _replaced.CancelAsync();
        if (unused)
        {
            Close();
        }
    }

    public void Return()
    {
        bool last;
        lock (_lock)
        {
            last = --_leases == 0 && _retired;
        }

        if (last)
        {
            Close();
        }
    }

    private void Close()
    {
        Client.Dispose();
        Kubeconfig.Dispose();
    }
}
