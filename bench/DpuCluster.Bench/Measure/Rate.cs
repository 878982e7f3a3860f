using System.Diagnostics;

namespace DpuCluster.Bench.Measure;

/// <summary>How many times a second something can be done.</summary>
internal static class Rate
{
    /// <summary>Does it again and again, and counts once it is warm.</summary>
    /// <param name="act">What is done; it is given numbers from 0, each once.</param>
    /// <param name="parallel">How many do it at a time, each waiting for its own.</param>
    /// <param name="warmUp">For how long it is done before it counts.</param>
    /// <param name="time">For how long it counts.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>How often a second, and how often at all.</returns>
    public static async Task<(double PerSecond, int Total)> MeasureAsync(
        Func<int, Task> act, int parallel, TimeSpan warmUp, TimeSpan time, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var next = -1;
        var counted = 0;
        await Task.WhenAll(Enumerable.Range(0, parallel).Select(_ => Task.Run(
            async () =>
            {
                TimeSpan at;
                do
                {
                    cancellation.ThrowIfCancellationRequested();
                    await act(Interlocked.Increment(ref next));
                    at = Stopwatch.GetElapsedTime(started);
                    if (at >= warmUp && at < warmUp + time)
                    {
                        Interlocked.Increment(ref counted);
                    }
                }
                while (at < warmUp + time);
            },
            cancellation)));
        return (counted / time.TotalSeconds, next + 1);
    }
}
