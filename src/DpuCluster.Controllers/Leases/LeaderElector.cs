using DpuCluster.Controllers.Informers;
using DpuCluster.Controllers.Metrics;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Controllers.Leases;

/// <summary>
/// Leader election on a Lease, wire-compatible with client-go's: of all processes that wait for one lease, at most one acts at a
/// time. The times in the lease are for people; what counts is when this process, by its own clock, saw the lease change.
/// </summary>
public sealed class LeaderElector : ILeadership
{
    // One fault of the server must not keep whoever waits until the lease has run out.
    private const int ReleaseTries = 5;
    private static readonly TimeSpan ReleasePause = TimeSpan.FromMilliseconds(100);

    private readonly ILeaseStore _store;
    private readonly LeaderElectionOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly RuntimeMetrics? _metrics;
    private readonly KeyValuePair<string, object?> _label;
    private Lease? _observed;
    private long _observedAt;
    private long _renewedAt;
    private (long Since, TimeSpan For)? _holdOff;
    private volatile bool _held;
    private bool _failing;
    private bool _regaining;

    internal LeaderElector(ILeaseStore store, LeaderElectionOptions options, TimeProvider clock, ILogger logger, RuntimeMetrics? metrics = null)
    {
        (_store, _options, _clock, _logger, _metrics) = (store, options, clock, logger, metrics);
        _label = new("name", options.Name);
        _metrics?.Leader.Record(0, _label);
    }

    /// <inheritdoc/>
    public bool IsLeader => _held && _clock.GetElapsedTime(Interlocked.Read(ref _renewedAt)) < _options.RenewDeadline;

    internal string Identity => _options.Identity;

    /// <summary>Who held the lease when this process last saw it; empty where nobody did, <see langword="null"/> before it has.</summary>
    internal string? Holder => _observed?.Spec?.HolderIdentity;

    /// <summary>Waits until the lease is held.</summary>
    public async Task AcquireAsync(CancellationToken cancellation)
    {
        Log.Waiting(_logger, _options.Namespace, _options.Name, _options.Identity);
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watch = new LeaseWatch(_store, _clock, _options.RetryPeriod, _logger);
        var watched = watch.RunAsync(watching.Token);
        try
        {
            while (!await TryOnceAsync(_options.RenewDeadline, cancellation).ConfigureAwait(false))
            {
                await watch.ChanceAsync(UntilNextTry(watch.Works), cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            await watching.CancelAsync().ConfigureAwait(false);
            await watched.ConfigureAwait(false);
        }

        Acquired();
    }

    /// <summary>Renews the lease until it is told to end, or can do so no longer.</summary>
    /// <exception cref="LeadershipLostException">The lease could not be renewed in time, or somebody has taken it.</exception>
    public async Task HoldAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Min(_options.RetryPeriod, UntilDeadline()), _clock, cancellation).ConfigureAwait(false);
                var left = UntilDeadline();
                if (left > TimeSpan.Zero)
                {
                    await TryOnceAsync(left, cancellation).ConfigureAwait(false);
                }

                if (!_held || UntilDeadline() <= TimeSpan.Zero)
                {
                    _held = false;
                    _metrics?.Leader.Record(0, _label);
                    throw Lost();
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Told to end; the lease is still held, and given back by ReleaseAsync.
        }
    }

    /// <summary>
    /// Waits for a lease that was lost, as long as the server cannot be asked or says that it is still this process's. Acting must have
    /// ended before: nothing that was decided under the old lease may be carried out under the new one.
    /// </summary>
    /// <exception cref="LeadershipLostException">The lease is somebody else's, or was since.</exception>
    public async Task RegainAsync(CancellationToken cancellation)
    {
        ThrowIfTaken();
        Log.StandingBy(_logger, _options.Namespace, _options.Name);
        _regaining = true;
        try
        {
            while (!await TryOnceAsync(_options.RenewDeadline, cancellation).ConfigureAwait(false))
            {
                ThrowIfTaken();
                await Task.Delay(UntilNextTry(watching: true), _clock, cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            _regaining = false;
        }

        Acquired();
    }

    /// <summary>Gives the lease back, so that who waits for it need not wait for it to run out. Acting must have ended before.</summary>
    public async Task ReleaseAsync(CancellationToken cancellation)
    {
        if (!IsLeader)
        {
            return;
        }

        _held = false;
        _metrics?.Leader.Record(0, _label);
        for (var tries = 1; ; tries++)
        {
            try
            {
                if (tries > 1)
                {
                    // Somebody has written to the lease, or it is not known what became of the last try.
                    _observed = await _store.FindAsync(cancellation).ConfigureAwait(false);
                }

                if (_observed is { Spec: { } held } lease && held.HolderIdentity == _options.Identity)
                {
                    var now = _clock.GetUtcNow();
                    var spec = held with { HolderIdentity = "", LeaseDurationSeconds = 1, AcquireTime = now, RenewTime = now };
                    _observed = await _store.ReplaceAsync(lease with { Spec = spec }, cancellation).ConfigureAwait(false);
                    Log.Released(_logger, _options.Namespace, _options.Name);
                }

                return;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                if (tries == ReleaseTries || cancellation.IsCancellationRequested)
                {
                    // The lease runs out by itself; who ends need not fail over it.
                    Log.NotReleased(_logger, _options.Namespace, _options.Name, exception.Message);
                    return;
                }

                if (exception is not KubernetesException { IsConflict: true })
                {
                    await Task.Delay(ReleasePause, _clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }
    }

    private async Task<bool> TryOnceAsync(TimeSpan limit, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(limit, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            var won = await TryAcquireOrRenewAsync(either.Token).ConfigureAwait(false);
            _failing = false;
            return won;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Until the deadline any error may pass by itself; after it the caller gives up.
            if (!_failing)
            {
                Log.Failed(_logger, _options.Namespace, _options.Name, exception.Message);
            }

            _failing = true;
            return false;
        }
    }

    private async Task<bool> TryAcquireOrRenewAsync(CancellationToken cancellation)
    {
        // From before the request: the server cannot have renewed it earlier, so nobody can have seen it renewed earlier.
        var sent = _clock.GetTimestamp();
        if (_held && _observed is { } mine)
        {
            try
            {
                Won(await _store.ReplaceAsync(mine with { Spec = Claim(mine.Spec) }, cancellation).ConfigureAwait(false), sent);
                return true;
            }
            catch (KubernetesException exception) when (exception.IsConflict || exception.IsNotFound)
            {
                // Somebody has written to the lease, or removed it: see what it says now.
            }
        }

        var found = await _store.FindAsync(cancellation).ConfigureAwait(false);
        if (!_held && MustHoldOff(found))
        {
            return false;
        }

        if (found is not { } lease)
        {
            try
            {
                Won(await _store.CreateAsync(Claim(null), cancellation).ConfigureAwait(false), sent);
                return true;
            }
            catch (KubernetesException exception) when (exception.IsAlreadyExists)
            {
                return false;
            }
        }

        Observe(lease);
        if (_regaining && IsTaken)
        {
            return false;
        }

        if (lease.Spec?.HolderIdentity is { Length: > 0 } holder && holder != _options.Identity)
        {
            // Another holder while we held it: it has been taken, whatever our clock says.
            _held = false;
            if (UntilExpiry() > TimeSpan.Zero)
            {
                return false;
            }
        }

        try
        {
            Won(await _store.ReplaceAsync(lease with { Spec = Claim(lease.Spec) }, cancellation).ConfigureAwait(false), sent);
            return true;
        }
        catch (KubernetesException exception) when (exception.IsConflict || exception.IsNotFound)
        {
            return false;
        }
    }

    // A lease that was removed, or that has gone back in time with a server restored from a backup, says nothing about who acts: the holder
    // that was seen last may do so until it finds out, which it does within the time that it claimed the lease for. Where that was this
    // process, which could not renew it, another may have held it in the history that is gone.
    private bool MustHoldOff(Lease? found)
    {
        if (_observed is { Spec.HolderIdentity: { Length: > 0 } holder } before
            && (found is null || ResourceVersions.IsOlder(found.Metadata.ResourceVersion, before.Metadata.ResourceVersion)))
        {
            _holdOff = (_clock.GetTimestamp(), TimeSpan.FromSeconds(before.Spec.LeaseDurationSeconds ?? _options.LeaseDuration.TotalSeconds));
            Log.WentBack(_logger, _options.Namespace, _options.Name, holder, _holdOff.Value.For.TotalSeconds);
            Observe(found);
        }

        if (_holdOff is { } hold && _clock.GetElapsedTime(hold.Since) < hold.For)
        {
            Observe(found);
            return true;
        }

        _holdOff = null;
        return false;
    }

    private void Observe(Lease? lease)
    {
        if (_observed is null || lease is null || Record(_observed) != Record(lease))
        {
            _observedAt = _clock.GetTimestamp();
        }

        _observed = lease;
    }

    // What a holder changes when it renews; whatever else is written to the lease says nothing about the holder.
    private static (string?, string?, int?, int?, DateTimeOffset?, DateTimeOffset?) Record(Lease lease) => (
        lease.Metadata.Uid, lease.Spec?.HolderIdentity, lease.Spec?.LeaseDurationSeconds, lease.Spec?.LeaseTransitions, lease.Spec?.AcquireTime, lease.Spec?.RenewTime);

    private LeaseSpec Claim(LeaseSpec? now)
    {
        var time = _clock.GetUtcNow();
        var mine = now?.HolderIdentity == _options.Identity;
        return (now ?? new LeaseSpec()) with
        {
            HolderIdentity = _options.Identity,
            LeaseDurationSeconds = (int)Math.Ceiling(_options.LeaseDuration.TotalSeconds),
            AcquireTime = mine ? now!.AcquireTime : time,
            RenewTime = time,
            LeaseTransitions = now is null ? 0 : (now.LeaseTransitions ?? 0) + (mine ? 0 : 1),
        };
    }

    // Given back or run out since does not help: decisions were taken meanwhile that this process knows nothing of.
    private bool IsTaken => _observed is { } lease && lease.Spec?.HolderIdentity != _options.Identity;

    private void ThrowIfTaken()
    {
        if (IsTaken)
        {
            throw Lost();
        }
    }

    private LeadershipLostException Lost() => new(
        $"the lease {_options.Namespace}/{_options.Name} was lost: held by {(Holder is { Length: > 0 } holder ? holder : "nobody")}, not renewed within {_options.RenewDeadline.TotalSeconds:0} s");

    private void Acquired()
    {
        Log.Acquired(_logger, _options.Namespace, _options.Name, _options.Identity);
        _metrics?.Leader.Record(1, _label);
    }

    private void Won(Lease lease, long sent)
    {
        _observed = lease;
        _observedAt = _clock.GetTimestamp();
        Interlocked.Exchange(ref _renewedAt, sent);
        _held = true;
    }

    private TimeSpan UntilDeadline() => _options.RenewDeadline - _clock.GetElapsedTime(Interlocked.Read(ref _renewedAt));

    private TimeSpan UntilExpiry() =>
        TimeSpan.FromSeconds(_observed?.Spec?.LeaseDurationSeconds ?? _options.LeaseDuration.TotalSeconds) - _clock.GetElapsedTime(_observedAt);

    private TimeSpan UntilNextTry(bool watching)
    {
        // Without a watch a lease given back is found by looking: often enough to take it within two seconds.
        var period = (watching ? _options.RetryPeriod : _options.RetryPeriod / 2) * (1 + (0.2 * Random.Shared.NextDouble()));
        var expiry = _observed?.Spec?.HolderIdentity is { Length: > 0 } ? UntilExpiry() : period;
        return expiry > TimeSpan.Zero ? Min(period, expiry + TimeSpan.FromMilliseconds(1)) : period;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => TimeSpan.FromTicks(Math.Max(0, Math.Min(a.Ticks, b.Ticks)));
}
