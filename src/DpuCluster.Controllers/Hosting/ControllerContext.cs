using System.Diagnostics.Metrics;
using DpuCluster.Controllers.Events;
using DpuCluster.Controllers.Informers;
using DpuCluster.Controllers.Leases;
using DpuCluster.Controllers.Metrics;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Controllers.Hosting;

/// <summary>What a host gives its controllers.</summary>
public sealed class ControllerContext
{
    internal ControllerContext(
        ControllerHostOptions options,
        KubernetesClient client,
        InformerFactory informers,
        EventRecorder events,
        ILeadership leadership,
        MetricsRegistry metrics,
        RuntimeMetrics runtimeMetrics)
    {
        Options = options;
        Client = client;
        Informers = informers;
        Events = events;
        Leadership = leadership;
        Metrics = metrics;
        RuntimeMetrics = runtimeMetrics;
    }

    /// <summary>What the host was started with.</summary>
    public ControllerHostOptions Options { get; }

    /// <summary>Client of the host cluster, for reading past the informers. Write through <see cref="Writer{T}()"/>.</summary>
    public KubernetesClient Client { get; }

    /// <summary>Informers of the host cluster, shared by all controllers of the host.</summary>
    public InformerFactory Informers { get; }

    /// <summary>Events for people.</summary>
    public EventRecorder Events { get; }

    /// <summary>Whether this process may act.</summary>
    public ILeadership Leadership { get; }

    /// <summary>Told of every write, so that reconcilers read their own writes.</summary>
    public WriteTracker Writes { get; } = new();

    /// <summary>The host's metrics.</summary>
    public MetricsRegistry Metrics { get; }

    /// <summary>Where a controller makes instruments of its own, named as Prometheus shall see them.</summary>
    public Meter Meter => Metrics.Meter;

    /// <summary>Clock of everything.</summary>
    public TimeProvider Clock => Options.Clock;

    /// <summary>Where logs go.</summary>
    public ILoggerFactory LoggerFactory => Options.LoggerFactory;

    internal RuntimeMetrics RuntimeMetrics { get; }

    /// <summary>Begins a controller.</summary>
    /// <param name="name">Name in metrics and logs, unique in the process; customarily the kind in lower case.</param>
    public ControllerBuilder Controller(string name) => new(this, name);

    /// <summary>Writes objects of a typed resource: see <see cref="ObjectWriter{T}"/>.</summary>
    public ObjectWriter<T> Writer<T>()
        where T : class, IKubernetesObject<T> => Writer(Client.Resources<T>());

    /// <summary>Writes objects of any resource.</summary>
    public ObjectWriter<T> Writer<T>(ResourceClient<T> client)
        where T : class, IKubernetesObject<T> => new(client, Writes, Leadership);
}
