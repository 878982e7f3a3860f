using System.Globalization;
using System.Text;

namespace DpuCluster.ApiServer.Http;

/// <summary>How long something took, counted by upper bounds in seconds.</summary>
internal sealed class MetricHistogram(double[] bounds)
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private long _microseconds;

    public void Observe(double seconds)
    {
        var index = Array.BinarySearch(bounds, seconds);
        Interlocked.Increment(ref _counts[index < 0 ? ~index : index]);
        Interlocked.Add(ref _microseconds, (long)(seconds * 1e6));
    }

    public void Write(StringBuilder text, string name, string labels)
    {
        long sum = 0;
        for (var i = 0; i < bounds.Length; i++)
        {
            sum += Volatile.Read(ref _counts[i]);
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels},le=\"{bounds[i]}\"}} {sum}\n");
        }

        sum += Volatile.Read(ref _counts[^1]);
        text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels},le=\"+Inf\"}} {sum}\n{name}_sum{{{labels}}} {Volatile.Read(ref _microseconds) / 1e6}\n{name}_count{{{labels}}} {sum}\n");
    }
}
