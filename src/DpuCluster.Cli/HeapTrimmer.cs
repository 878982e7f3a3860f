using System.Runtime;

namespace DpuCluster.Cli;

/// <summary>
/// Gives memory back once a burst of work is over. What the burst has left is collected when something else is allocated, and in a process
/// that has nothing to do that is hours later: until then it would be as large as in its busiest second.
/// </summary>
internal sealed class HeapTrimmer
{
    /// <summary>What is allocated in one interval of a burst, in bytes, at least: checking a thousand control planes every 10 s takes less.</summary>
    internal const long Burst = 16 << 20;

    /// <summary>How often is looked.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Func<long> _allocated;
    private readonly Action _trim;
    private readonly TimeProvider _clock;

    public HeapTrimmer()
        : this(() => GC.GetTotalAllocatedBytes(), Trim, TimeProvider.System)
    {
    }

    /// <param name="allocated">Bytes that were ever allocated.</param>
    /// <param name="trim">Gives back what is not needed.</param>
    /// <param name="clock">The clock.</param>
    internal HeapTrimmer(Func<long> allocated, Action trim, TimeProvider clock) => (_allocated, _trim, _clock) = (allocated, trim, clock);

    /// <summary>Looks while something is done.</summary>
    public static async Task RunBesideAsync(Func<Task> work)
    {
        using var done = new CancellationTokenSource();
        var trimmer = new HeapTrimmer().RunAsync(done.Token);
        try
        {
            await work().ConfigureAwait(false);
        }
        finally
        {
            await done.CancelAsync().ConfigureAwait(false);
            await trimmer.ConfigureAwait(false);
        }
    }

    /// <summary>Looks until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval, _clock);
        var (before, busiest) = (_allocated(), 0L);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
            {
                var now = _allocated();
                var interval = now - before;
                before = now;
                if (busiest >= Burst && interval <= busiest / 2)
                {
                    _trim();
                    busiest = interval;
                }

                busiest = Math.Max(busiest, interval);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // That is how it ends.
        }
    }

    private static void Trim()
    {
        // Twice: what has a finalizer, such as a handle of TLS, holds its memory until that has run.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
        GC.WaitForPendingFinalizers();
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        NativeHeap.GiveBack();
    }
}
