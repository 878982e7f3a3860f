using System.Diagnostics;

namespace DpuCluster.Bench.Measure;

/// <summary>Waits for what can only be asked for again and again.</summary>
internal static class Wait
{
    /// <summary>Asks until the answer is yes.</summary>
    /// <returns>When that was, as a timestamp.</returns>
    /// <exception cref="BenchException">Not within <paramref name="limit"/>.</exception>
    public static async Task<long> UntilAsync(
        string what, Func<CancellationToken, Task<bool>> holds, TimeSpan limit, CancellationToken cancellation, int everyMilliseconds = 5)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await holds(cancellation))
        {
            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                throw new BenchException($"after {limit.TotalSeconds:0} s still not: {what}");
            }

            await Task.Delay(everyMilliseconds, cancellation);
        }

        return Stopwatch.GetTimestamp();
    }
}
