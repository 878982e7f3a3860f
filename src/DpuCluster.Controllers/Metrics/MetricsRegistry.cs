using System.Diagnostics.Metrics;
using System.Text;

namespace DpuCluster.Controllers.Metrics;

/// <summary>
/// The metrics of one host: a <see cref="System.Diagnostics.Metrics.Meter"/> of its own, and what it measured in Prometheus'
/// text format. Several hosts may live in one process, each with its registry.
/// </summary>
/// <remarks>Instruments are named as Prometheus shall see them, such as <c>workqueue_depth</c>.</remarks>
public sealed class MetricsRegistry : IDisposable
{
    /// <summary>Media type of <see cref="Render"/>.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly MeterListener _listener;

    /// <summary>Makes an empty registry.</summary>
    public MetricsRegistry()
    {
        Meter = new Meter("DpuCluster.Controllers", "0.1.0", tags: null, scope: this);
        _listener = new MeterListener { InstrumentPublished = Published };
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>Where instruments of this host are made. Whatever is made here is exposed.</summary>
    public Meter Meter { get; }

    /// <summary>Everything measured so far in Prometheus' text format 0.0.4.</summary>
    public string Render()
    {
        var text = new StringBuilder(8192);
        lock (_gate)
        {
            foreach (var family in _families.Values)
            {
                family.ForgetObserved();
            }

            _listener.RecordObservableInstruments();
            foreach (var family in _families.Values)
            {
                family.Render(text);
            }
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        Meter.Dispose();
    }

    private void Published(Instrument instrument, MeterListener listener)
    {
        if (!ReferenceEquals(instrument.Meter, Meter))
        {
            return;
        }

        lock (_gate)
        {
            // Two controllers of one host make the same instrument: they share the family.
            if (!_families.TryGetValue(instrument.Name, out var family))
            {
                family = new MetricFamily(instrument);
                _families.Add(instrument.Name, family);
            }

            listener.EnableMeasurementEvents(instrument, family);
        }
    }
}
