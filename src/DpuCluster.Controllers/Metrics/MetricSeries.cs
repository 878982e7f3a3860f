using System.Globalization;
using System.Text;

namespace DpuCluster.Controllers.Metrics;

/// <summary>One series: a metric's value for one set of labels. Guarded by its family's lock.</summary>
internal sealed class MetricSeries
{
    private readonly string _labels;
    private readonly double[]? _bounds;
    private readonly long[]? _counts;
    private double _value;
    private long _count;

    public MetricSeries(ReadOnlySpan<KeyValuePair<string, object?>> tags, double[]? bounds)
    {
        _labels = Labels(tags);
        _bounds = bounds;
        _counts = bounds is null ? null : new long[bounds.Length];
    }

    public void Record(double value, bool adds)
    {
        if (_bounds is null)
        {
            _value = adds ? _value + value : value;
            return;
        }

        _value += value;
        _count++;
        for (var i = 0; i < _bounds.Length; i++)
        {
            if (value <= _bounds[i])
            {
                _counts![i]++;
                break;
            }
        }
    }

    public void Render(StringBuilder text, string name)
    {
        if (_bounds is null)
        {
            Line(text, name, "", _labels, MetricFamily.Number(_value));
            return;
        }

        long cumulated = 0;
        var separator = _labels.Length == 0 ? "" : ",";
        for (var i = 0; i < _bounds.Length; i++)
        {
            cumulated += _counts![i];
            Line(text, name, "_bucket", $"{_labels}{separator}le=\"{MetricFamily.Number(_bounds[i])}\"", cumulated.ToString(CultureInfo.InvariantCulture));
        }

        var count = _count.ToString(CultureInfo.InvariantCulture);
        Line(text, name, "_bucket", $"{_labels}{separator}le=\"+Inf\"", count);
        Line(text, name, "_sum", _labels, MetricFamily.Number(_value));
        Line(text, name, "_count", _labels, count);
    }

    private static void Line(StringBuilder text, string name, string suffix, string labels, string value)
    {
        text.Append(name).Append(suffix);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(value).Append('\n');
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            if (text.Length > 0)
            {
                text.Append(',');
            }

            text.Append(name).Append("=\"");
            foreach (var c in Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")
            {
                _ = c switch
                {
                    '\\' => text.Append("\\\\"),
                    '"' => text.Append("\\\""),
                    '\n' => text.Append("\\n"),
                    _ => text.Append(c),
                };
            }

            text.Append('"');
        }

        return text.ToString();
    }
}
