using DpuCluster.Provisioning.Assessment;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Provisioning.Health;

/// <summary>
/// Watches the health of one control plane until it is disposed: a check every so often, a second one soon after a failure, and
/// one at once when the open watch ends. Two failures in a row make the verdict unhealthy, one success makes it healthy.
/// </summary>
internal sealed class HealthMonitor : IAsyncDisposable
{
    private readonly IControlPlane _controlPlane;
    private readonly HealthCheckOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly string _cluster;
    private readonly Action<HealthReport> _changed;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private TaskCompletionSource _checkNow = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HealthReport _report;
    private string? _lastCause;
    private int _failures;
    private long? _inventoryAt;
    private int _shortWatches;
    private int _disposed;

    /// <param name="cluster">Namespace and name, for the log.</param>
    /// <param name="controlPlane">What is watched; disposed with the monitor.</param>
    /// <param name="startWith">What was known before, by earlier credentials.</param>
    /// <param name="firstCheckIn">How long the first check waits.</param>
    /// <param name="options">How often and how patiently.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">Where causes are told.</param>
    /// <param name="changed">
    /// Called with the new <see cref="Report"/>, on any thread, when it is another: possibly before the constructor has returned.
    /// </param>
    public HealthMonitor(
        string cluster,
        IControlPlane controlPlane,
        HealthReport startWith,
        TimeSpan firstCheckIn,
        HealthCheckOptions options,
        TimeProvider clock,
        ILogger logger,
        Action<HealthReport> changed)
    {
        _cluster = cluster;
        _controlPlane = controlPlane;
        _report = startWith;
        _options = options;
        _clock = clock;
        _logger = logger;
        _changed = changed;
        _running = Task.Run(() => RunAsync(firstCheckIn));
    }

    /// <summary>What is known now.</summary>
    public HealthReport Report => Volatile.Read(ref _report);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // At the end of the process a reconciliation that still runs may do so at the same time as the host.
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            await _running.ConfigureAwait(false);
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _controlPlane.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(TimeSpan firstCheckIn)
    {
        var watch = Task.CompletedTask;
        try
        {
            await PauseAsync(firstCheckIn).ConfigureAwait(false);
            while (true)
            {
                // Armed before the check: a watch that ends while the check runs leads to another check.
                Volatile.Write(ref _checkNow, new(TaskCreationOptions.RunContinuationsAsynchronously));
                var cause = await CheckAsync().ConfigureAwait(false);
                if (cause is null && watch.IsCompleted)
                {
                    watch = WatchAsync();
                }

                await PauseAsync(NextCheckIn()).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed: the regular end.
        }

        await watch.ConfigureAwait(false);
    }

    private async Task<string?> CheckAsync()
    {
        var cause = await WithinTimeoutAsync(_controlPlane.CheckAsync, $"no answer within {_options.Timeout.TotalSeconds:0.#} s")
            .ConfigureAwait(false);
        if (cause is null)
        {
            _failures = 0;
            var inventory = await InventoryWhenDueAsync().ConfigureAwait(false);
            Publish(new(HealthVerdict.Healthy, "", inventory?.Version ?? _report.Version, inventory?.Nodes ?? _report.Nodes));
        }
        else
        {
            _failures++;
            ProvisioningLog.CheckFailed(_logger, _cluster, _failures, cause);

            // Two ways of failing that take turns must not become a write each time: another cause counts when it comes twice in a row.
            if (_failures >= 2 && (_report.Verdict != HealthVerdict.Unhealthy || cause == _lastCause))
            {
                Publish(_report with { Verdict = HealthVerdict.Unhealthy, Cause = cause });
            }
        }

        _lastCause = cause;

        return cause;
    }

    private async Task<Inventory?> InventoryWhenDueAsync()
    {
        if (_inventoryAt is { } last && _clock.GetElapsedTime(last) < _options.InventoryInterval)
        {
            return null;
        }

        _inventoryAt = _clock.GetTimestamp();
        Inventory? inventory = null;
        await WithinTimeoutAsync(
            async cancellation =>
            {
                inventory = await _controlPlane.TakeInventoryAsync(cancellation).ConfigureAwait(false);
                return null;
            },
            "").ConfigureAwait(false);
        return inventory;
    }

    private async Task<string?> WithinTimeoutAsync(Func<CancellationToken, Task<string?>> ask, string causeOfTimeout)
    {
        using var timeout = new CancellationTokenSource(_options.Timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stop.Token);
        try
        {
            return await ask(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !_stop.IsCancellationRequested)
        {
            return causeOfTimeout;
        }
        catch (Exception exception) when (!_stop.IsCancellationRequested)
        {
            // Whatever a strange answer has made this code do concerns this control plane alone, and must not end its checks.
            ProvisioningLog.Unexpected(_logger, exception, _cluster);
            return $"the health check itself failed ({exception.GetType().Name})";
        }
    }

    /// <summary>Soon after a first failure; then, while unhealthy, more and more patiently up to the interval.</summary>
    private TimeSpan NextCheckIn() => _failures switch
    {
        0 => Jittered(_options.Interval),
        1 => _options.ConfirmAfter,
        var n => Jittered(Shorter(_options.Interval, TimeSpan.FromSeconds(1 << Math.Min(n - 2, 10)))),
    };

    private async Task WatchAsync()
    {
        var opened = _clock.GetTimestamp();
        try
        {
            await _controlPlane.WatchAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception)
        {
            // As for checks; the watch has ended, and that is all that counts.
            ProvisioningLog.Unexpected(_logger, exception, _cluster);
        }

        // A watch that cannot be opened, or that ends at once again and again, must not turn into a flood of checks.
        _shortWatches = _clock.GetElapsedTime(opened) < TimeSpan.FromSeconds(5) ? _shortWatches + 1 : 0;
        if (_shortWatches <= 3)
        {
            Volatile.Read(ref _checkNow).TrySetResult();
        }
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        if (pause <= TimeSpan.Zero)
        {
            return;
        }

        using var wakeUp = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var timer = Task.Delay(pause, _clock, wakeUp.Token);
        await Task.WhenAny(timer, Volatile.Read(ref _checkNow).Task).ConfigureAwait(false);
        await wakeUp.CancelAsync().ConfigureAwait(false);
        _stop.Token.ThrowIfCancellationRequested();
    }

    private void Publish(HealthReport report)
    {
        if (report == _report)
        {
            return;
        }

        Volatile.Write(ref _report, report);
        _changed(report);
    }

    private static TimeSpan Jittered(TimeSpan time) => time * (0.9 + (Random.Shared.NextDouble() * 0.2));

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
