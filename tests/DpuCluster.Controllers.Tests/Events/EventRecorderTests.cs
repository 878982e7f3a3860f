using DpuCluster.Controllers.Events;
using DpuCluster.Controllers.Leases;
using DpuCluster.Controllers.Metrics;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace DpuCluster.Controllers.Tests.Events;

public sealed class EventRecorderTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly FakeSink _sink = new();

    [Fact]
    public async Task An_event_says_who_tells_what_about_whom()
    {
        await using (var recorder = Recorder())
        {
            recorder.Warning(Map("a"), "KubeconfigInvalid", "the kubeconfig has two users; leave one", "Adopt");
        }

        var told = _sink.Created.ShouldHaveSingleItem();
        told.ShouldSatisfyAllConditions(
            one => one.Metadata.Namespace.ShouldBe("ns"),
            one => one.Metadata.Name.ShouldNotBeNull().ShouldStartWith("a."),
            one => one.EventTime.ShouldBe(_clock.GetUtcNow()),
            one => one.ReportingController.ShouldBe("dpu.nvidia.com/test"),
            one => one.ReportingInstance.ShouldBe("pod"),
            one => one.Type.ShouldBe("Warning"),
            one => one.Reason.ShouldBe("KubeconfigInvalid"),
            one => one.Action.ShouldBe("Adopt"),
            one => one.Note.ShouldBe("the kubeconfig has two users; leave one"),
            one => one.Series.ShouldBeNull(),
            one => one.Regarding.ShouldBe(new ObjectReference { ApiVersion = "v1", Kind = "ConfigMap", Namespace = "ns", Name = "a", Uid = "uid-a", ResourceVersion = "7" }));
    }

    [Fact]
    public async Task What_repeats_becomes_a_series_of_one_event_written_at_most_every_ten_seconds()
    {
        await using var recorder = Recorder();
        for (var i = 0; i < 100; i++)
        {
            recorder.Normal(Map("a"), "Checked", "all well");
        }

        recorder.Normal(Map("a"), "Checked", "something else");
        await Eventually.Holds(() => _sink.Created.Count == 2, "one event for each thing");
        _sink.Updates.ShouldBeEmpty();
        await _clock.AdvanceUntil(() => !_sink.Updates.IsEmpty, TimeSpan.FromSeconds(21), "the series is written");
        _sink.Updates.ShouldHaveSingleItem().Count.ShouldBe(100);
        _sink.Updates.Single().Name.ShouldBe(_sink.Created.First().Metadata.Name);
    }

    [Fact]
    public async Task After_a_long_pause_the_same_is_a_new_event()
    {
        await using var recorder = Recorder();
        recorder.Normal(Map("a"), "Checked", "all well");
        await Eventually.Holds(() => _sink.Created.Count == 1, "the first");
        await _clock.AdvanceUntil(() => _clock.GetTimestamp() > TimeSpan.FromMinutes(7).Ticks, TimeSpan.FromMinutes(8), "a pause");
        recorder.Normal(Map("a"), "Checked", "all well");
        await Eventually.Holds(() => _sink.Created.Count == 2, "a new one");
    }

    [Fact]
    public async Task An_open_series_is_written_when_the_recorder_ends()
    {
        await using (var recorder = Recorder())
        {
            recorder.Normal(Map("a"), "Checked", "all well");
            recorder.Normal(Map("a"), "Checked", "all well");
        }

        _sink.Updates.ShouldHaveSingleItem().Count.ShouldBe(2);
    }

    [Fact]
    public async Task Where_events_are_forbidden_it_gives_up_quietly_and_tries_again_much_later()
    {
        using var metrics = new MetricsRegistry();
        _sink.Fault = new KubernetesException(new Kubernetes.Meta.Status { Code = 403, Reason = StatusReason.Forbidden, Message = "no" });
        await using var recorder = Recorder(metrics);
        for (var i = 0; i < 10; i++)
        {
            recorder.Normal(Map($"a{i}"), "Checked", "all well");
        }

        // The pause counts from when the recorder has heard the answer, not from when the sink was asked.
        await Eventually.Holds(() => DroppedEvents.Of(metrics, "forbidden") == 10, "tried once, and all are dropped");
        _sink.Tries.ShouldBe(1);
        _clock.Advance(TimeSpan.FromMinutes(11));
        _sink.Fault = null;
        recorder.Normal(Map("b"), "Checked", "all well");
        await Eventually.Holds(() => _sink.Created.Count == 1, "tried again");
        _sink.Tries.ShouldBe(2);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_never_blocks_the_recorder()
    {
        _sink.Hang = true;
        var recorder = Recorder();
        for (var i = 0; i < 10_000; i++)
        {
            recorder.Normal(Map($"a{i}"), "Checked", "all well");
        }

        await Eventually.Holds(() => _sink.Tries == 1, "tried");
        var ended = recorder.DisposeAsync().AsTask();
        var passed = await _clock.AdvanceUntil(() => ended.IsCompleted, TimeSpan.FromSeconds(10), "ended");
        passed.ShouldBeLessThan(TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task Writes_come_at_a_bounded_rate()
    {
        await using var recorder = Recorder();
        for (var i = 0; i < 400; i++)
        {
            recorder.Normal(Map($"a{i}"), "Checked", "all well");
        }

        await Eventually.Holds(() => _sink.Created.Count >= 100, "the burst");
        await Eventually.Holds(() => _clock.UntilNext is not null, "the next one waits for its time");
        _sink.Created.Count.ShouldBe(100);
        var passed = await _clock.AdvanceUntil(() => _sink.Created.Count == 400, TimeSpan.FromSeconds(60), "all");
        passed.TotalSeconds.ShouldBeInRange(14, 17);
    }

    [Fact]
    public async Task One_object_cannot_flood_the_rest()
    {
        await using (var recorder = Recorder())
        {
            for (var i = 0; i < 60; i++)
            {
                recorder.Normal(Map("noisy"), "Checked", $"attempt {i}");
            }

            recorder.Normal(Map("quiet"), "Checked", "all well");
        }

        _sink.Created.Count(one => one.Regarding!.Name == "noisy").ShouldBe(25);
        _sink.Created.Count(one => one.Regarding!.Name == "quiet").ShouldBe(1);
    }

    [Fact]
    public async Task Texts_that_are_too_long_for_a_server_are_cut()
    {
        await using (var recorder = Recorder())
        {
            recorder.Normal(Map(new string('n', 253)), new string('R', 500), string.Concat(Enumerable.Repeat("ä🎉", 1000)));
        }

        var told = _sink.Created.ShouldHaveSingleItem();
        System.Text.Encoding.UTF8.GetByteCount(told.Note!).ShouldBeLessThanOrEqualTo(1024);
        told.Note!.ShouldEndWith("…");
        told.Note!.ShouldNotContain('\ufffd');
        told.Reason!.Length.ShouldBeLessThanOrEqualTo(128);
        told.Metadata.Name!.Length.ShouldBeLessThanOrEqualTo(253);
    }

    private EventRecorder Recorder(MetricsRegistry? metrics = null) => new(
        _sink, "dpu.nvidia.com/test", "pod", AlwaysLeader.Instance, _clock, NullLogger.Instance, metrics is null ? null : new RuntimeMetrics(metrics));

    private static ConfigMap Map(string name) =>
        new() { Metadata = new ObjectMeta { Namespace = "ns", Name = name, Uid = $"uid-{name}", ResourceVersion = "7" } };
}
