using System.Diagnostics.Metrics;
using DpuCluster.Controllers.Metrics;

namespace DpuCluster.Controllers.Queue;

/// <summary>What one queue tells of itself.</summary>
internal sealed class WorkQueueMetrics(RuntimeMetrics metrics, string name)
{
    private readonly KeyValuePair<string, object?> _name = new("name", name);
    private readonly KeyValuePair<string, object?> _controller = new("controller", name);

    public void Added() => metrics.QueueAdds.Add(1, _name, _controller);

    public void Retried() => metrics.QueueRetries.Add(1, _name, _controller);

    public void Took(TimeSpan waited) => metrics.QueueDuration.Record(waited.TotalSeconds, _name, _controller);

    public void Finished(TimeSpan worked) => metrics.WorkDuration.Record(worked.TotalSeconds, _name, _controller);

    public void Observe(Func<int> depth, Func<(double Sum, double Longest)> unfinished)
    {
        metrics.QueueAdds.Add(0, _name, _controller);
        metrics.QueueRetries.Add(0, _name, _controller);
        metrics.Meter.CreateObservableGauge(
            "workqueue_depth", () => new Measurement<int>(depth(), _name, _controller), description: "Keys that wait in the queue.");
        metrics.Meter.CreateObservableGauge(
            "workqueue_unfinished_work_seconds",
            () => new Measurement<double>(unfinished().Sum, _name, _controller),
            description: "Seconds of work in progress that the work duration does not count yet.");
        metrics.Meter.CreateObservableGauge(
            "workqueue_longest_running_processor_seconds",
            () => new Measurement<double>(unfinished().Longest, _name, _controller),
            description: "How long the longest-running worker has been at its key.");
    }
}
