using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace DpuCluster.Faults.Tests.Properties;

/// <summary>
/// What holds whatever breaks. <c>DPUCLUSTER_FAULT_SEEDS</c> says which seeds: <c>1000</c> for 1 to 1000, <c>17-17</c> for that one alone;
/// without it 1 to 200.
/// </summary>
public sealed class FaultPropertyTests(ITestOutputHelper output)
{
    /// <summary>Most of a seed's time is waiting for something to be found out.</summary>
    private const int AtATime = 12;

    [Fact]
    public async Task When_faults_stop_all_is_as_it_should_be_and_no_rule_was_ever_broken()
    {
        var (first, last) = Seeds(Environment.GetEnvironmentVariable("DPUCLUSTER_FAULT_SEEDS") ?? "200");
        var failures = new ConcurrentQueue<string>();
        var (faults, writes, longest) = (0, 0, 0L);
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(Enumerable.Range(first, last - first + 1), new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (seed, _) =>
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                var (met, wrote) = await SeedRun.RunAsync(seed);
                Interlocked.Add(ref faults, met);
                Interlocked.Add(ref writes, wrote);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // All seeds that fail are told at the end.
                failures.Enqueue($"DPUCLUSTER_FAULT_SEEDS={seed}-{seed}: {exception}");
            }

            InterlockedMax(ref longest, Stopwatch.GetElapsedTime(began).Ticks);
        });
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"seeds {first} to {last} in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s, the longest in {TimeSpan.FromTicks(longest).TotalSeconds:0.0} s: {faults} faults met, {writes} writes under the lease"));
        failures.ShouldBeEmpty();
        faults.ShouldBeGreaterThan(last - first, "there were faults");
        writes.ShouldBeGreaterThan(last - first, "there was work");
    }

    private static (int First, int Last) Seeds(string text)
    {
        var parts = text.Split('-').Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        return parts.Length == 1 ? (1, parts[0]) : (parts[0], parts[1]);
    }

    private static void InterlockedMax(ref long target, long value)
    {
        long seen;
        while ((seen = Interlocked.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
