using DpuCluster.Controllers.Metrics;

namespace DpuCluster.Controllers.Reconciling;

/// <summary>How a reconciliation ended, in controller-runtime's words.</summary>
internal enum ReconcileOutcome
{
    Success,
    Requeue,
    RequeueAfter,
    Error,
}

/// <summary>What one controller tells of its reconciliations.</summary>
internal sealed class ReconcileMetrics
{
    private readonly RuntimeMetrics _metrics;
    private readonly KeyValuePair<string, object?> _controller;

    public ReconcileMetrics(RuntimeMetrics metrics, string controller, int workers)
    {
        _metrics = metrics;
        _controller = new("controller", controller);
        metrics.MaxConcurrent.Record(workers, _controller);
        metrics.ActiveWorkers.Add(0, _controller);
        metrics.ReconcileErrors.Add(0, _controller);

        // From the start at zero, so that the first failure is a step that an alert can see.
        foreach (var outcome in Enum.GetValues<ReconcileOutcome>())
        {
            metrics.ReconcileTotal.Add(0, _controller, Result(outcome));
        }
    }

    public void Begin() => _metrics.ActiveWorkers.Add(1, _controller);

    public void End(ReconcileOutcome outcome, TimeSpan elapsed)
    {
        _metrics.ActiveWorkers.Add(-1, _controller);
        _metrics.ReconcileTime.Record(elapsed.TotalSeconds, _controller);
        _metrics.ReconcileTotal.Add(1, _controller, Result(outcome));
        if (outcome == ReconcileOutcome.Error)
        {
            _metrics.ReconcileErrors.Add(1, _controller);
        }
    }

    private static KeyValuePair<string, object?> Result(ReconcileOutcome outcome) => new("result", outcome switch
    {
        ReconcileOutcome.Success => "success",
        ReconcileOutcome.Requeue => "requeue",
        ReconcileOutcome.RequeueAfter => "requeue_after",
        _ => "error",
    });
}
