using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace DpuCluster.Controllers.Metrics;

/// <summary>All series of one metric name.</summary>
internal sealed class MetricFamily
{
    /// <summary>Prometheus' customary buckets for a duration in seconds.</summary>
    private static readonly double[] DefaultBuckets = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];

    private readonly string _name;
    private readonly string? _help;
    private readonly string _type;
    private readonly double[]? _buckets;
    private readonly bool _observed;
    private readonly bool _adds;
    private readonly Dictionary<TagSet, MetricSeries> _series = new(TagSet.Comparer);
    private readonly Dictionary<TagSet, MetricSeries>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> _byTags;
    private readonly Lock _gate = new();

    public MetricFamily(Instrument instrument)
    {
        _name = instrument.Name;
        _help = instrument.Description;
        _byTags = _series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
        _observed = instrument.IsObservable;
        (_type, _adds) = instrument switch
        {
            Counter<long> or Counter<double> or Counter<int> => ("counter", true),
            UpDownCounter<long> or UpDownCounter<double> or UpDownCounter<int> => ("gauge", true),
            ObservableCounter<long> or ObservableCounter<double> or ObservableCounter<int> => ("counter", false),
            Histogram<double> or Histogram<long> or Histogram<int> => ("histogram", false),
            _ => ("gauge", false),
        };
        _buckets = instrument switch
        {
            Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries?.ToArray() ?? DefaultBuckets,
            Histogram<long> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray() ?? DefaultBuckets,
            Histogram<int> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray() ?? DefaultBuckets,
            _ => null,
        };
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            if (!_byTags.TryGetValue(tags, out var series))
            {
                _series.Add(new TagSet(tags.ToArray()), series = new MetricSeries(tags, _buckets));
            }

            series.Record(value, _adds);
        }
    }

    /// <summary>Observed series are told anew at each look; what is not told again is gone.</summary>
    public void ForgetObserved()
    {
        if (_observed)
        {
            lock (_gate)
            {
                _series.Clear();
            }
        }
    }

    public void Render(StringBuilder text)
    {
        lock (_gate)
        {
            if (_series.Count == 0)
            {
                return;
            }

            if (!string.IsNullOrEmpty(_help))
            {
                text.Append("# HELP ").Append(_name).Append(' ');
                text.Append(_help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
            }

            text.Append("# TYPE ").Append(_name).Append(' ').Append(_type).Append('\n');
            foreach (var series in _series.Values)
            {
                series.Render(text, _name);
            }
        }
    }

    internal static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => double.IsNaN(value) ? "NaN" : value.ToString("R", CultureInfo.InvariantCulture),
    };
}
