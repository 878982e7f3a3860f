using DpuCluster.Controllers.Events;
using DpuCluster.Controllers.Metrics;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace DpuCluster.Controllers.Tests.Events;

/// <summary>That events are written while the process leads, and only then.</summary>
public sealed class EventLeadershipTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly FakeSink _sink = new();
    private readonly FakeLeadership _leadership = new();

    [Fact]
    public async Task Events_wait_while_the_process_does_not_lead_as_many_as_the_queue_holds()
    {
        using var metrics = new MetricsRegistry();
        _leadership.Leads = false;
        await using var recorder = Recorder(metrics, new EventOptions { QueueLength = 20 });
        for (var i = 0; i < 100; i++)
        {
            recorder.Normal(Map($"a{i}"), "Checked", "all well");
        }

        await Eventually.Holds(() => _leadership.Waiting, "it waits");
        _clock.Advance(TimeSpan.FromHours(1));
        _sink.Tries.ShouldBe(0);
        var recorded = _clock.GetUtcNow() - TimeSpan.FromHours(1);
        _leadership.Leads = true;

        // Whether one was already taken from the queue when the others came is chance.
        var dropped = DroppedEvents.Of(metrics, "queue full");
        dropped.ShouldBeInRange(79, 80);
        await Eventually.Holds(() => _sink.Created.Count == 100 - dropped, "written");
        _sink.Created.ShouldAllBe(one => one.EventTime == recorded);
    }

    [Fact]
    public async Task A_process_that_does_not_lead_does_not_linger_to_tell()
    {
        using var metrics = new MetricsRegistry();
        _leadership.Leads = false;
        await using (var recorder = Recorder(metrics))
        {
            recorder.Normal(Map("a"), "Checked", "all well");
            recorder.Normal(Map("b"), "Checked", "all well");
        }

        _sink.Tries.ShouldBe(0);
        DroppedEvents.Of(metrics, "process ended").ShouldBe(2);
    }

    [Fact]
    public async Task A_write_ends_with_the_time_for_which_the_process_leads_and_is_made_again()
    {
        _sink.Hang = true;
        _leadership.Certain = TimeSpan.FromSeconds(8);
        await using var recorder = Recorder();
        recorder.Normal(Map("a"), "Checked", "all well");
        await Eventually.Holds(() => _sink.Tries == 1, "tried");
        _leadership.Leads = false;
        var passed = await _clock.AdvanceUntil(() => _leadership.Waiting, TimeSpan.FromSeconds(20), "given up");
        passed.ShouldBeInRange(TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(10));
        _sink.Tries.ShouldBe(1);
        _sink.Hang = false;
        _leadership.Leads = true;
        await Eventually.Holds(() => _sink.Created.Count == 1, "made again");
    }

    [Fact]
    public async Task An_event_that_was_made_although_the_answer_was_lost_goes_on_as_a_series()
    {
        using var metrics = new MetricsRegistry();
        _sink.Lost = true;
        await using (var recorder = Recorder(metrics))
        {
            recorder.Normal(Map("a"), "Checked", "all well");
            await _clock.AdvanceUntil(() => _sink.Tries == 2, TimeSpan.FromSeconds(5), "tried again");
            recorder.Normal(Map("a"), "Checked", "all well");
        }

        _sink.Created.ShouldHaveSingleItem();
        _sink.Updates.ShouldHaveSingleItem().Count.ShouldBe(2);
        DroppedEvents.Of(metrics, "refused").ShouldBe(0);
    }

    private EventRecorder Recorder(MetricsRegistry? metrics = null, EventOptions? options = null) =>
        new(_sink, "dpu.nvidia.com/test", "pod", _leadership, _clock, NullLogger.Instance, metrics is null ? null : new RuntimeMetrics(metrics), options);

    private static ConfigMap Map(string name) =>
        new() { Metadata = new ObjectMeta { Namespace = "ns", Name = name, Uid = $"uid-{name}", ResourceVersion = "7" } };
}
