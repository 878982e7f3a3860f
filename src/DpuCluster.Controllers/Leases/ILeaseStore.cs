using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Controllers.Leases;

/// <summary>Where the one lease is kept.</summary>
internal interface ILeaseStore
{
    Task<Lease?> FindAsync(CancellationToken cancellation);

    Task<Lease> CreateAsync(LeaseSpec spec, CancellationToken cancellation);

    Task<Lease> ReplaceAsync(Lease lease, CancellationToken cancellation);

    IAsyncEnumerable<WatchEvent<Lease>> WatchAsync(CancellationToken cancellation);
}

/// <summary>The lease behind a client.</summary>
internal sealed class ClientLeaseStore(ResourceClient<Lease> client, string ns, string name) : ILeaseStore
{
    public Task<Lease?> FindAsync(CancellationToken cancellation) => client.FindAsync(ns, name, cancellation);

    public Task<Lease> CreateAsync(LeaseSpec spec, CancellationToken cancellation) =>
        client.CreateAsync(new Lease { Metadata = new ObjectMeta { Namespace = ns, Name = name }, Spec = spec }, null, cancellation);

    public Task<Lease> ReplaceAsync(Lease lease, CancellationToken cancellation) => client.ReplaceAsync(lease, null, cancellation);

    public IAsyncEnumerable<WatchEvent<Lease>> WatchAsync(CancellationToken cancellation) => client.WatchAsync(
        ns, new WatchOptions { FieldSelector = $"metadata.name={name}", Timeout = TimeSpan.FromMinutes(5) }, cancellation);
}
