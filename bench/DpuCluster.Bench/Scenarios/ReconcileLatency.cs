using System.Diagnostics;
using DpuCluster.Api;
using DpuCluster.Bench.Measure;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Controllers.Informers;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Bench.Scenarios;

/// <summary>From a change to its reconcile: a controller of the runtime in this process, its server in another.</summary>
internal sealed class ReconcileLatency(ApiServerProcess host, ObjectCrowd crowd, Action<string> tell)
{
    private const int WarmUp = 50;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private volatile Pending? _pending;

    public async Task MeasureAsync(int rounds, List<Figure> figures, CancellationToken cancellation)
    {
        tell($"{rounds} changes, one after the other, with {crowd.Count} objects");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Informer<DPUCluster>? clusters = null;
        await using var runtime = ControllerHost.CreateBuilder(new()
        {
            Name = "bench",
            Client = host.Configuration,
            MetricsBindAddress = "0",
            HealthProbeBindAddress = "0",
        }).AddController(context =>
        {
            clusters = context.Informers.For<DPUCluster>();
            return context.Controller("bench").For(clusters).Build((key, _) => ReconcileAsync(clusters, key));
        }).Build();
        var running = runtime.RunAsync(stop.Token);
        await clusters!.WaitForSyncAsync(cancellation);
        await Wait.UntilAsync("every object is reconciled once", _ => Task.FromResult(_reconciled >= crowd.Count), Limit, cancellation);

        var random = new Random(1);
        List<double> sent = [];
        List<double> acknowledged = [];
        for (var round = 0; round < WarmUp + rounds; round++)
        {
            var index = random.Next(crowd.Count);
            var pending = new Pending(new(ClusterSite.Namespace, ClusterSite.NameOf(index)), clusters.Store.Find(ClusterSite.Namespace, ClusterSite.NameOf(index))!.Metadata.ResourceVersion!);
            _pending = pending;
            var begun = Stopwatch.GetTimestamp();
            await crowd.TouchAsync(index, round, cancellation);
            var answered = Stopwatch.GetTimestamp();
            var at = await pending.Reconciled.Task.WaitAsync(Limit, cancellation);
            if (round >= WarmUp)
            {
                sent.Add(Time.Milliseconds(begun, at));
                acknowledged.Add(at > answered ? Time.Milliseconds(answered, at) : 0);
            }
        }

        await stop.CancelAsync();
        await running;
        var (fromSent, fromAnswer) = (new Distribution(sent), new Distribution(acknowledged));
        var size = $"{crowd.Count}";
        figures.Add(new("change is committed → its reconcile begins, median", size, fromAnswer.Median, Unit.Milliseconds)
        {
            Note = $"{rounds} changes; the clock starts when the writer has the server's answer, 0 where the reconcile was sooner",
        });
        figures.Add(new("change is committed → its reconcile begins, 99th percentile", size, fromAnswer.Percentile99, Unit.Milliseconds));
        figures.Add(new("change is sent → its reconcile begins, median", size, fromSent.Median, Unit.Milliseconds) { Note = "the write itself included" });
        figures.Add(new("change is sent → its reconcile begins, 99th percentile", size, fromSent.Percentile99, Unit.Milliseconds));
    }

    private int _reconciled;

    private Task<ReconcileResult> ReconcileAsync(Informer<DPUCluster> clusters, NamespacedName key)
    {
        Interlocked.Increment(ref _reconciled);
        if (_pending is { } pending && pending.Key == key && clusters.Store.Find(key)!.Metadata.ResourceVersion != pending.Before)
        {
            pending.Reconciled.TrySetResult(Stopwatch.GetTimestamp());
        }

        return Task.FromResult(ReconcileResult.Done);
    }

    /// <summary>A change that is waited for.</summary>
    private sealed record Pending(NamespacedName Key, string Before)
    {
        public TaskCompletionSource<long> Reconciled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
