using System.Diagnostics;

namespace DpuCluster.Bench.Measure;

/// <summary>Timestamps as times.</summary>
internal static class Time
{
    /// <summary>From one timestamp to another, in ms.</summary>
    public static double Milliseconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalMilliseconds;

    /// <summary>From a timestamp to now, in ms.</summary>
    public static double MillisecondsSince(long from) => Milliseconds(from, Stopwatch.GetTimestamp());
}
