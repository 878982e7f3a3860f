using DpuCluster.Provisioning.Assessment;
using DpuCluster.Provisioning.Health;
using DpuCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace DpuCluster.Provisioning.Tests.Health;

public sealed class HealthMonitorTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _clock = new();
    private readonly ScriptedControlPlane _controlPlane = new();
    private readonly List<HealthVerdict> _verdicts = [];
    private HealthMonitor? _monitor;

    [Fact]
    public async Task First_check_comes_at_once_and_brings_version_and_nodes()
    {
        _controlPlane.Inventory = new("v1.31.0", 5);

        await Start();

        await IsHealthy();
        _monitor!.Report.ShouldBe(new HealthReport(HealthVerdict.Healthy, "", "v1.31.0", 5));
    }

    [Fact]
    public async Task One_failure_is_not_a_verdict_and_a_second_one_in_a_row_is()
    {
        await Start();
        await IsHealthy();

        _controlPlane.Cause = "connection refused";
        await NextCheck();
        _monitor!.Report.Verdict.ShouldBe(HealthVerdict.Healthy);

        await NextCheck();
        await Eventually.Holds(() => _monitor.Report.Verdict == HealthVerdict.Unhealthy, "two failures make the verdict");
        _monitor.Report.Cause.ShouldBe("connection refused");
    }

    [Fact]
    public async Task Failure_between_two_passes_changes_nothing()
    {
        await Start();
        await IsHealthy();

        _controlPlane.Cause = "connection refused";
        await NextCheck();
        _controlPlane.Cause = null;
        await NextCheck();
        _controlPlane.Cause = "connection refused";
        await NextCheck();

        _monitor!.Report.Verdict.ShouldBe(HealthVerdict.Healthy);
        _verdicts.ShouldBe([HealthVerdict.Healthy]);
    }

    [Fact]
    public async Task Causes_that_take_turns_are_told_once_and_a_lasting_one_anew()
    {
        _controlPlane.Cause = "refused";
        await Start();
        await Checked(1);
        await NextCheck();
        await Eventually.Holds(() => _monitor!.Report.Cause == "refused", "two failures make the verdict");

        foreach (var cause in new[] { "timed out", "refused", "timed out" })
        {
            _controlPlane.Cause = cause;
            await NextCheck();
            _monitor!.Report.Cause.ShouldBe("refused");
        }

        await NextCheck();
        await Eventually.Holds(() => _monitor!.Report.Cause == "timed out", "the same cause twice in a row is told");
    }

    [Fact]
    public async Task One_pass_makes_it_healthy_again()
    {
        _controlPlane.Cause = "connection refused";
        await Start();
        await Checked(1);
        await NextCheck();
        await Eventually.Holds(() => _monitor!.Report.Verdict == HealthVerdict.Unhealthy, "two failures make the verdict");

        _controlPlane.Cause = null;
        await NextCheck();

        await IsHealthy();
    }

    [Fact]
    public async Task Answer_that_does_not_come_within_5_s_is_a_failure()
    {
        await Start();
        await IsHealthy();
        _controlPlane.Hangs = true;

        await NextCheck();
        await TimerIsSet();
        _clock.Advance(TimeSpan.FromSeconds(5));
        await NextCheck();
        await TimerIsSet();
        _clock.Advance(TimeSpan.FromSeconds(5));

        await Eventually.Holds(() => _monitor!.Report.Verdict == HealthVerdict.Unhealthy, "two time-outs make the verdict");
        _monitor!.Report.Cause.ShouldBe("no answer within 5 s");
    }

    [Fact]
    public async Task End_of_the_watch_leads_to_a_check_without_waiting_for_the_next_turn()
    {
        await Start();
        await IsHealthy();
        await Eventually.Holds(() => _controlPlane.Watches == 1, "a watch is opened after the first pass");
        _controlPlane.Cause = "connection refused";

        _controlPlane.EndWatch();

        // No time has passed: only the end of the watch can have led to this check.
        await Checked(2);
    }

    [Fact]
    public async Task Watch_that_ends_again_and_again_does_not_flood_the_control_plane()
    {
        await Start();
        await IsHealthy();
        for (var watch = 1; watch <= 4; watch++)
        {
            var opened = watch;
            await Eventually.Holds(() => _controlPlane.Watches == opened, $"watch {opened} is open");
            await TimerIsSet();
            _controlPlane.EndWatch();
        }

        await TimerIsSet();
        _controlPlane.Checks.ShouldBe(4, "the fourth short watch in a row waits for the next turn");
    }

    [Fact]
    public async Task Version_and_nodes_are_asked_for_once_a_minute_at_most()
    {
        await Start();
        await IsHealthy();
        for (var check = 0; check < 4; check++)
        {
            await NextCheck();
        }

        _controlPlane.Inventories.ShouldBe(1);

        // However little time single checks take, a minute of them is over at some time.
        for (var check = 0; check < 1000 && _controlPlane.Inventories < 2; check++)
        {
            await NextCheck();
        }

        await Eventually.Holds(() => _controlPlane.Inventories == 2, "a minute later it is asked again");
    }

    [Fact]
    public async Task Monitor_that_is_disposed_asks_no_more_and_frees_the_connection()
    {
        await Start();
        await IsHealthy();

        await _monitor!.DisposeAsync();

        _controlPlane.Disposed.ShouldBeTrue();
        _clock.UntilNext.ShouldBeNull("no timer is left");
    }

    [Fact]
    public async Task Fault_in_the_check_itself_counts_as_a_failure_and_the_checks_go_on()
    {
        await Start();
        await IsHealthy();

        _controlPlane.Fault = new OverflowException("too much");
        await NextCheck();
        await NextCheck();
        await Eventually.Holds(() => _monitor!.Report.Verdict == HealthVerdict.Unhealthy, "two failures make the verdict");
        _monitor!.Report.Cause.ShouldContain("OverflowException");

        _controlPlane.Fault = null;
        await NextCheck();
        await IsHealthy();
    }

    [Fact]
    public async Task Monitor_may_be_disposed_twice_at_a_time()
    {
        await Start();
        await IsHealthy();

        await Task.WhenAll(_monitor!.DisposeAsync().AsTask(), _monitor.DisposeAsync().AsTask());

        _controlPlane.Disposed.ShouldBeTrue();
    }

    public async ValueTask DisposeAsync()
    {
        if (_monitor is { } monitor && !_controlPlane.Disposed)
        {
            await monitor.DisposeAsync();
        }
    }

    private Task Start()
    {
        _monitor = new HealthMonitor(
            "ns/name", _controlPlane, HealthReport.None, TimeSpan.Zero, new(), _clock, NullLogger.Instance,
            report => _verdicts.Add(report.Verdict));
        return Task.CompletedTask;
    }

    private Task IsHealthy() => Eventually.Holds(() => _monitor!.Report.Verdict == HealthVerdict.Healthy, "the verdict is healthy");

    private Task Checked(int times) => Eventually.Holds(() => _controlPlane.Checks >= times, $"{times} checks");

    private Task TimerIsSet() => Eventually.Holds(() => _clock.UntilNext is not null, "the monitor waits");

    /// <summary>Lets as much time pass as the monitor waits for, and waits until it has asked.</summary>
    private async Task NextCheck()
    {
        var before = _controlPlane.Checks;
        await Eventually.Holds(
            () =>
            {
                if (_controlPlane.Checks == before && _clock.UntilNext is { } wait)
                {
                    _clock.Advance(wait);
                }

                return _controlPlane.Checks > before;
            },
            "the next check");
    }
}
