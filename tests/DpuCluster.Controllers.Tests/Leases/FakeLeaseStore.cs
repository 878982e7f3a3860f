using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using DpuCluster.Controllers.Leases;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Controllers.Tests.Leases;

/// <summary>A lease on a server, in memory.</summary>
internal sealed class FakeLease
{
    private readonly Lock _gate = new();
    private long _version;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Lease? Current { get; private set; }

    public List<string> Holders { get; } = [];

    public Task Changed
    {
        get
        {
            lock (_gate)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>As a server that is restored from a backup: the lease is as it was, or not there yet, and versions go on from there.</summary>
    public void Restore(Lease? lease)
    {
        lock (_gate)
        {
            Current = lease;
            _version = lease is null ? 0 : long.Parse(lease.Metadata.ResourceVersion!, CultureInfo.InvariantCulture);
            _changed.TrySetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public Lease Put(Lease lease, bool create)
    {
        lock (_gate)
        {
            if (create ? Current is not null : Current is null || lease.Metadata.ResourceVersion != Current.Metadata.ResourceVersion)
            {
                throw new KubernetesException(new Kubernetes.Meta.Status
                {
                    Code = (int)HttpStatusCode.Conflict,
                    Reason = create ? StatusReason.AlreadyExists : StatusReason.Conflict,
                });
            }

            Current = lease with
            {
                Metadata = lease.Metadata with { Uid = "u", ResourceVersion = (++_version).ToString(CultureInfo.InvariantCulture) },
            };
            Holders.Add(Current.Spec?.HolderIdentity ?? "");
            _changed.TrySetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return Current;
        }
    }
}

/// <summary>One process's way to the lease.</summary>
internal sealed class FakeLeaseStore(FakeLease lease) : ILeaseStore
{
    public bool IsCutOff { get; set; }

    public bool MayWatch { get; set; } = true;

    /// <summary>How many of the next replacements fail without being made.</summary>
    public int Failing { get; set; }

    /// <summary>How many of the next replacements are made, but the answer is lost.</summary>
    public int Losing { get; set; }

    /// <summary>What the next answers to replacements wait for, whoever has given up meanwhile; as where a time-out fires late on a loaded machine.</summary>
    public Task Late { get; set; } = Task.CompletedTask;

    public async Task<Lease?> FindAsync(CancellationToken cancellation)
    {
        await ReachAsync(cancellation);
        return lease.Current;
    }

    public async Task<Lease> CreateAsync(LeaseSpec spec, CancellationToken cancellation)
    {
        await ReachAsync(cancellation);
        return lease.Put(new Lease { Spec = spec }, create: true);
    }

    public async Task<Lease> ReplaceAsync(Lease value, CancellationToken cancellation)
    {
        await ReachAsync(cancellation);
        if (Failing-- > 0)
        {
            throw new KubernetesException(new Kubernetes.Meta.Status { Code = 500, Reason = StatusReason.InternalError });
        }

        var replaced = lease.Put(value, create: false);
        await Late;
        return Losing-- > 0 ? throw new IOException("connection reset") : replaced;
    }

    public async IAsyncEnumerable<WatchEvent<Lease>> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await ReachAsync(cancellation);
        if (!MayWatch)
        {
            throw new KubernetesException(new Kubernetes.Meta.Status { Code = 403, Reason = StatusReason.Forbidden });
        }

        while (true)
        {
            var changed = lease.Changed;
            if (lease.Current is { } current)
            {
                yield return new WatchEvent<Lease>(WatchEventType.Modified, current, current.Metadata.ResourceVersion!);
            }

            await changed.WaitAsync(cancellation);
        }
    }

    private async Task ReachAsync(CancellationToken cancellation)
    {
        if (IsCutOff)
        {
            // As a connection that died without a word: no answer at all.
            await Task.Delay(Timeout.Infinite, cancellation);
        }

        await Task.Yield();
    }
}
