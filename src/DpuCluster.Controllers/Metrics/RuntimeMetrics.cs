using System.Diagnostics.Metrics;

namespace DpuCluster.Controllers.Metrics;

/// <summary>The runtime's own instruments, under the names and labels of controller-runtime and client-go.</summary>
internal sealed class RuntimeMetrics
{
    private static readonly InstrumentAdvice<double> QueueSeconds = new()
    {
        HistogramBucketBoundaries = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, .1, 1, 10, 100, 1000],
    };

    private static readonly InstrumentAdvice<double> ReconcileSeconds = new()
    {
        HistogramBucketBoundaries = [.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60],
    };

    private static readonly InstrumentAdvice<double> RequestSeconds = new()
    {
        HistogramBucketBoundaries = [.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60],
    };

    public RuntimeMetrics(MetricsRegistry registry)
    {
        Meter = registry.Meter;
        ReconcileTotal = Meter.CreateCounter<long>("controller_runtime_reconcile_total", description: "Reconciliations, by controller and result.");
        ReconcileErrors = Meter.CreateCounter<long>("controller_runtime_reconcile_errors_total", description: "Reconciliations that ended in an error.");
        ReconcileTime = Meter.CreateHistogram("controller_runtime_reconcile_time_seconds", description: "How long reconciliations took.", advice: ReconcileSeconds);
        ActiveWorkers = Meter.CreateUpDownCounter<long>("controller_runtime_active_workers", description: "Workers that are reconciling.");
        MaxConcurrent = Meter.CreateGauge<long>("controller_runtime_max_concurrent_reconciles", description: "Workers of the controller.");
        QueueAdds = Meter.CreateCounter<long>("workqueue_adds_total", description: "Keys put into the queue.");
        QueueRetries = Meter.CreateCounter<long>("workqueue_retries_total", description: "Keys put into the queue again after a failure.");
        QueueDuration = Meter.CreateHistogram("workqueue_queue_duration_seconds", description: "How long a key waited in the queue.", advice: QueueSeconds);
        WorkDuration = Meter.CreateHistogram("workqueue_work_duration_seconds", description: "How long a key was worked on.", advice: QueueSeconds);
        Requests = Meter.CreateCounter<long>("rest_client_requests_total", description: "Requests to the API server, by code, method and host.");
        RequestDuration = Meter.CreateHistogram("rest_client_request_duration_seconds", description: "How long requests to the API server took.", advice: RequestSeconds);
        Leader = Meter.CreateGauge<long>("leader_election_master_status", description: "Whether this process holds the lease: 1 if so, 0 if not.");
        InformerObjects = Meter.CreateGauge<long>("dpucluster_informer_objects", description: "Objects in the informer's store.");
        InformerRelists = Meter.CreateCounter<long>("dpucluster_informer_lists_total", description: "How often the informer read the whole collection.");
        InformerWatches = Meter.CreateCounter<long>("dpucluster_informer_watches_total", description: "How often the informer opened a watch.");
        EventsDropped = Meter.CreateCounter<long>("dpucluster_events_dropped_total", description: "Kubernetes events that were not written, by cause.");
    }

    public Meter Meter { get; }

    public Counter<long> ReconcileTotal { get; }

    public Counter<long> ReconcileErrors { get; }

    public Histogram<double> ReconcileTime { get; }

    public UpDownCounter<long> ActiveWorkers { get; }

    public Gauge<long> MaxConcurrent { get; }

    public Counter<long> QueueAdds { get; }

    public Counter<long> QueueRetries { get; }

    public Histogram<double> QueueDuration { get; }

    public Histogram<double> WorkDuration { get; }

    public Counter<long> Requests { get; }

    public Histogram<double> RequestDuration { get; }

    public Gauge<long> Leader { get; }

    public Gauge<long> InformerObjects { get; }

    public Counter<long> InformerRelists { get; }

    public Counter<long> InformerWatches { get; }

    public Counter<long> EventsDropped { get; }
}
