using DpuCluster.Controllers.Metrics;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Controllers.Leases;

/// <summary>
/// Leader election on a Lease, wire-compatible with client-go's: of all processes that wait for one lease, at most one acts at a
/// time.
/// </summary>
public sealed class LeaderElector : ILeadership
{
    private readonly ILeaseStore _store;
    private readonly LeaderElectionOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly RuntimeMetrics? _metrics;
    private readonly KeyValuePair<string, object?> _label;
    private readonly ObservedLease _lease;
    private TaskCompletionSource _won = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _renewedAt;
    private volatile bool _held;
    private bool _failing;
    private bool _regaining;

    internal LeaderElector(ILeaseStore store, LeaderElectionOptions options, TimeProvider clock, ILogger logger, RuntimeMetrics? metrics = null)
    {
        (_store, _options, _clock, _logger, _metrics) = (store, options, clock, logger, metrics);
        _label = new("name", options.Name);
        _lease = new ObservedLease(options, clock, logger);
        _metrics?.Leader.Record(0, _label);
    }

    /// <inheritdoc/>
    public bool IsLeader => _held && UntilDeadline() > TimeSpan.Zero;

    internal string Identity => _options.Identity;

    /// <summary>Who held the lease when this process last saw it; empty where nobody did, <see langword="null"/> before it has.</summary>
    internal string? Holder => _lease.Holder;

    /// <inheritdoc/>
    public async Task<TimeSpan> WaitToLeadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var won = Volatile.Read(ref _won);
            if (_held && UntilDeadline() is var left && left > TimeSpan.Zero)
            {
                return left;
            }

            await won.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

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
        await new LeaseReturn(_store, _options, _clock, _logger).GiveBackAsync(_lease, cancellation).ConfigureAwait(false);
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
        if (_held && _lease.Latest is { } mine)
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
        if (!_held && _lease.MustHoldOff(found))
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

        _lease.Saw(lease);
        if (_regaining && _lease.IsTaken)
        {
            return false;
        }

        if (lease.Spec?.HolderIdentity is { Length: > 0 } holder && holder != _options.Identity)
        {
            // Another holder while we held it: it has been taken, whatever our clock says.
            _held = false;
            if (_lease.UntilExpiry > TimeSpan.Zero)
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

    private void ThrowIfTaken()
    {
        if (_lease.IsTaken)
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
        _lease.Wrote(lease);
        Interlocked.Exchange(ref _renewedAt, sent);
        _held = true;
        Interlocked.Exchange(ref _won, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    private TimeSpan UntilDeadline() => _options.RenewDeadline - _clock.GetElapsedTime(Interlocked.Read(ref _renewedAt));

    private TimeSpan UntilNextTry(bool watching)
    {
        // Without a watch a lease given back is found by looking: often enough to take it within two seconds.
        var period = (watching ? _options.RetryPeriod : _options.RetryPeriod / 2) * (1 + (0.2 * Random.Shared.NextDouble()));
        var expiry = _lease.Holder is { Length: > 0 } ? _lease.UntilExpiry : period;
        return expiry > TimeSpan.Zero ? Min(period, expiry + TimeSpan.FromMilliseconds(1)) : period;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => TimeSpan.FromTicks(Math.Max(0, Math.Min(a.Ticks, b.Ticks)));
}
