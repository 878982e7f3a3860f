using DpuCluster.Controllers.Informers;
using DpuCluster.Kubernetes.Resources;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Controllers.Leases;

/// <summary>
/// What a process has seen of a lease: who holds it, for how much longer, and whether its word can be trusted. The times in the lease are
/// for people; what counts is when this process, by its own clock, saw it change.
/// </summary>
internal sealed class ObservedLease(LeaderElectionOptions options, TimeProvider clock, ILogger logger)
{
    private long _changedAt;
    private (long Since, TimeSpan For)? _holdOff;

    /// <summary>The lease when it was last seen; <see langword="null"/> where it was not there, or before it was looked for.</summary>
    public Lease? Latest { get; private set; }

    /// <summary>Who held it then; empty where nobody did, <see langword="null"/> before it was seen.</summary>
    public string? Holder => Latest?.Spec?.HolderIdentity;

    /// <summary>
    /// Whether it was seen not to be this process's. Given back or run out since makes no difference to who had held it: decisions were taken
    /// meanwhile that this process knows nothing of.
    /// </summary>
    public bool IsTaken => Latest is { } lease && lease.Spec?.HolderIdentity != options.Identity;

    /// <summary>How long it is until a holder that renews no more has lost it; negative once it has.</summary>
    public TimeSpan UntilExpiry => Duration(Latest?.Spec) - clock.GetElapsedTime(_changedAt);

    /// <summary>The server says that the lease is so now.</summary>
    public void Saw(Lease? lease)
    {
        if (Latest is null || lease is null || Record(Latest) != Record(lease))
        {
            _changedAt = clock.GetTimestamp();
        }

        Latest = lease;
    }

    /// <summary>This process has made it so.</summary>
    public void Wrote(Lease lease) => (Latest, _changedAt) = (lease, clock.GetTimestamp());

    /// <summary>
    /// Whether it is too early to take the lease. One that was removed, or that has gone back in time with a server restored from a backup,
    /// says nothing about who acts: the holder that was seen last may do so until it finds out, which it does within the time that it claimed
    /// the lease for. Where that was this process, which could not renew it, another may have held it in the history that is gone.
    /// </summary>
    public bool MustHoldOff(Lease? found)
    {
        if (Latest is { Spec.HolderIdentity: { Length: > 0 } holder } before
            && (found is null || ResourceVersions.IsOlder(found.Metadata.ResourceVersion, before.Metadata.ResourceVersion)))
        {
            _holdOff = (clock.GetTimestamp(), Duration(before.Spec));
            Log.WentBack(logger, options.Namespace, options.Name, holder, _holdOff.Value.For.TotalSeconds);
            Saw(found);
        }

        if (_holdOff is { } hold && clock.GetElapsedTime(hold.Since) < hold.For)
        {
            Saw(found);
            return true;
        }

        _holdOff = null;
        return false;
    }

    private TimeSpan Duration(LeaseSpec? spec) => TimeSpan.FromSeconds(spec?.LeaseDurationSeconds ?? options.LeaseDuration.TotalSeconds);

    // What a holder changes when it renews; whatever else is written to the lease says nothing about the holder.
    private static (string?, string?, int?, int?, DateTimeOffset?, DateTimeOffset?) Record(Lease lease) => (
        lease.Metadata.Uid, lease.Spec?.HolderIdentity, lease.Spec?.LeaseDurationSeconds, lease.Spec?.LeaseTransitions, lease.Spec?.AcquireTime, lease.Spec?.RenewTime);
}
