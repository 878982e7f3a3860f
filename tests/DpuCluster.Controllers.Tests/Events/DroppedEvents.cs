using System.Globalization;
using DpuCluster.Controllers.Metrics;

namespace DpuCluster.Controllers.Tests.Events;

/// <summary>Events that a recorder has given up, by what its metrics say.</summary>
internal static class DroppedEvents
{
    /// <summary>How many so far, for one cause.</summary>
    public static int Of(MetricsRegistry metrics, string cause)
    {
        var line = metrics.Render().Split('\n').SingleOrDefault(line => line.StartsWith($"dpucluster_events_dropped_total{{cause=\"{cause}\"}} ", StringComparison.Ordinal));
        return line is null ? 0 : int.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }
}
