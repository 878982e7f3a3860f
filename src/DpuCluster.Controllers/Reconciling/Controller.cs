using System.Diagnostics;
using DpuCluster.Controllers.Informers;
using DpuCluster.Controllers.Leases;
using DpuCluster.Controllers.Queue;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Controllers.Reconciling;

/// <summary>
/// Reconciles keys: those that its informers' changes lead to, those that are enqueued, and those that come due. Made by a
/// <see cref="ControllerBuilder"/>, run by a host.
/// </summary>
public sealed class Controller : IDisposable
{
    private readonly WorkQueue<NamespacedName> _queue;
    private readonly Expectations _expectations;
    private readonly IReadOnlyList<EventSource> _sources;
    private readonly Reconcile _reconcile;
    private readonly ControllerSettings _settings;
    private readonly ReconcileMetrics _metrics;
    private readonly FailureLog _failures;

    internal Controller(ControllerSettings settings, IReadOnlyList<EventSource> sources, Reconcile reconcile)
    {
        (_settings, _sources, _reconcile) = (settings, sources, reconcile);
        _queue = new WorkQueue<NamespacedName>(settings.Queue, settings.Clock, new WorkQueueMetrics(settings.Metrics, settings.Name));
        _expectations = new Expectations(settings.Clock, settings.WriteVisibility, Enqueue);
        _metrics = new ReconcileMetrics(settings.Metrics, settings.Name, settings.Workers);
        _failures = new FailureLog(settings.LoggerFactory.CreateLogger($"DpuCluster.Controllers.{settings.Name}"));
        foreach (var source in sources)
        {
            source.Listen(Seen, Enqueue);
        }
    }

    /// <summary>Name, as in metrics and logs.</summary>
    public string Name => _settings.Name;

    /// <summary>The informers that it listens to.</summary>
    public IEnumerable<IInformer> Informers => _sources.Select(source => source.Informer);

    /// <summary>Keys that wait for a worker.</summary>
    public int QueueLength => _queue.Count;

    /// <summary>Reconcile this key soon. Never blocks; may be called from anywhere, before the controller runs too.</summary>
    public void Enqueue(NamespacedName key) => _queue.Add(key);

    /// <summary>Reconcile this key after a while, or earlier.</summary>
    public void EnqueueAfter(NamespacedName key, TimeSpan delay) => _queue.AddAfter(key, delay);

    /// <inheritdoc/>
    public void Dispose()
    {
        _expectations.Dispose();
        _queue.Dispose();
    }

    /// <summary>Works until told to stop. May be called again afterwards: keys that have come meanwhile, and those cut short, wait.</summary>
    /// <param name="stop">No further key is begun; what runs may finish.</param>
    /// <param name="abort">What runs is cancelled too.</param>
    internal async Task RunAsync(CancellationToken stop, CancellationToken abort)
    {
        try
        {
            foreach (var informer in Informers)
            {
                await informer.WaitForSyncAsync(stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }

        var workers = Enumerable.Range(0, _settings.Workers).Select(_ => Task.Run(() => WorkAsync(stop, abort), CancellationToken.None));
        await Task.WhenAll(workers.ToList()).ConfigureAwait(false);
    }

    internal void Wrote(ResourceType resource, IKubernetesObject written)
    {
        if (written.Metadata.ResourceVersion is not { } version)
        {
            return;
        }

        var key = written.Key;
        foreach (var source in _sources)
        {
            if (source.Informer.Resource == resource && !source.HasSeen(key, version))
            {
                Expect(source, source.KeysOf(written), key, () => source.HasSeen(key, version));
            }
        }
    }

    internal void Deleted(ResourceType resource, NamespacedName key, string? uid)
    {
        foreach (var source in _sources)
        {
            if (source.Informer.Resource == resource && !source.HasSeenDeletion(key, uid))
            {
                Expect(source, source.KeysOf(key), key, () => source.HasSeenDeletion(key, uid));
            }
        }
    }

    private void Expect(EventSource source, IReadOnlyList<NamespacedName> keys, NamespacedName written, Func<bool> seen)
    {
        foreach (var key in keys)
        {
            _expectations.Expect(key, source, written, seen);
        }
    }

    private void Seen(NamespacedName key)
    {
        if (_expectations.Seen(key))
        {
            _queue.Add(key);
        }
    }

    private async Task WorkAsync(CancellationToken stop, CancellationToken abort)
    {
        while (await NextAsync(stop).ConfigureAwait(false) is { Key: var key })
        {
            try
            {
                if (_expectations.PutOff(key) is { } wait)
                {
                    _queue.AddAfter(key, wait);
                    continue;
                }

                await ReconcileAsync(key, abort).ConfigureAwait(false);
            }
            finally
            {
                _queue.Done(key);
            }
        }
    }

    private async Task<Taken<NamespacedName>?> NextAsync(CancellationToken stop)
    {
        try
        {
            return await _queue.TakeAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task ReconcileAsync(NamespacedName key, CancellationToken abort)
    {
        using var activity = Tracing.Source.StartActivity("reconcile");
        activity?.SetTag("controller", Name).SetTag("k8s.namespace.name", key.Namespace).SetTag("k8s.object.name", key.Name);
        var started = _settings.Clock.GetTimestamp();
        _metrics.Begin();
        var outcome = ReconcileOutcome.Error;
        using var timeout = new CancellationTokenSource(_settings.Timeout, _settings.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(abort, timeout.Token);
        try
        {
            var result = await _reconcile(key, either.Token).ConfigureAwait(false);
            _queue.Succeeded(key);
            _failures.Succeeded(key);
            outcome = ReconcileOutcome.Success;
            if (result.Again is { } delay)
            {
                outcome = ReconcileOutcome.RequeueAfter;
                _queue.AddAfter(key, delay);
            }
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            // The process ends, or the lease is lost: where that is held again, the key waits for its next turn.
            outcome = ReconcileOutcome.Requeue;
            _queue.Add(key);
        }
        catch (LeadershipLostException)
        {
            // The lease may be held again, in a moment or after an outage, and then no key may be missing.
            outcome = ReconcileOutcome.Requeue;
            _queue.AddAfterFailure(key);
        }
        catch (KubernetesException exception) when (exception.IsConflict)
        {
            // Somebody else wrote first. The new state is on its way, and the next turn decides on it.
            outcome = ReconcileOutcome.Requeue;
            _failures.Conflict(key, exception.Message);
            _queue.AddAfterFailure(key);
        }
        catch (Exception exception)
        {
            var cause = exception is OperationCanceledException && timeout.IsCancellationRequested
                ? new TimeoutException($"the reconciliation took longer than {_settings.Timeout}", exception)
                : exception;
            activity?.SetStatus(ActivityStatusCode.Error, cause.Message);
            var wait = _queue.AddAfterFailure(key);
            _failures.Failed(key, cause, wait);
        }

        _metrics.End(outcome, _settings.Clock.GetElapsedTime(started));
    }
}
