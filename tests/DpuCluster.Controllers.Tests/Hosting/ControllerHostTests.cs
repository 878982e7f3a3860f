using System.Collections.Concurrent;
using System.Diagnostics;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Testing;

namespace DpuCluster.Controllers.Tests.Hosting;

/// <summary>What a host runs, and how that ends.</summary>
public sealed class ControllerHostTests : HostFixture
{
    [Fact]
    public async Task A_reconciliation_is_traced_with_its_object_and_its_outcome()
    {
        var traced = new ConcurrentQueue<(string? Controller, string? Name, ActivityStatusCode Status)>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Tracing.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => traced.Enqueue(
                ((string?)activity.GetTagItem("controller"), (string?)activity.GetTagItem("k8s.object.name"), activity.Status)),
        };
        ActivitySource.AddActivityListener(listener);
        var tries = 0;
        await RunAsync(Host(reconcile: (key, _) => key.Name == "traced" && Interlocked.Increment(ref tries) == 1
            ? throw new InvalidOperationException("not the first time")
            : Task.FromResult(ReconcileResult.Done)));
        await Maps.CreateAsync(Map("traced"), null, default);
        await Eventually.Holds(() => traced.Count(one => one.Name == "traced") >= 2, "traced");
        traced.Where(one => one.Name == "traced").Take(2).ShouldBe(
            [("configmap", "traced", ActivityStatusCode.Error), ("configmap", "traced", ActivityStatusCode.Unset)]);
    }

    [Fact]
    public async Task What_does_not_finish_in_time_is_cut_short()
    {
        var begun = new TaskCompletionSource();
        var host = Host(Options with { ShutdownTimeout = TimeSpan.FromMilliseconds(100) }, async (_, cancellation) =>
        {
            begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
            return ReconcileResult.Done;
        });
        var (stop, running) = await RunAsync(host);
        await Maps.CreateAsync(Map("a"), null, default);
        await begun.Task.WaitAsync(Eventually.Patience);
        await stop.CancelAsync();
        await running.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task Background_work_runs_beside_and_its_failure_ends_the_host()
    {
        var host = ControllerHost.CreateBuilder(Options)
            .AddBackground((_, _) => throw new InvalidOperationException("the boiler is cold"))
            .Build();
        var (_, running) = await RunAsync(host);
        (await Should.ThrowAsync<InvalidOperationException>(running.WaitAsync(Eventually.Patience))).Message.ShouldBe("the boiler is cold");
    }
}
