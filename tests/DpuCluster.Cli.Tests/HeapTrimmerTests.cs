using DpuCluster.Testing;

namespace DpuCluster.Cli.Tests;

public sealed class HeapTrimmerTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _clock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private long _allocated;
    private int _looks;
    private int _trimmed;

    public HeapTrimmerTests() => _running = new HeapTrimmer(
        () =>
        {
            Interlocked.Increment(ref _looks);
            return Volatile.Read(ref _allocated);
        },
        () => Interlocked.Increment(ref _trimmed),
        _clock).RunAsync(_stop.Token);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    [Fact]
    public async Task Memory_is_given_back_once_when_a_burst_is_over()
    {
        await Allocate(3 * HeapTrimmer.Burst, 2 * HeapTrimmer.Burst);
        _trimmed.ShouldBe(0, "the burst goes on");

        await Allocate(1000, 1000, 1000);
        _trimmed.ShouldBe(1);

        await Allocate(2 * HeapTrimmer.Burst, 1000, 1000);
        _trimmed.ShouldBe(2, "after the next burst, too");
    }

    [Fact]
    public async Task Steady_work_is_not_held_up_however_much_it_is()
    {
        await Allocate([.. Enumerable.Repeat(4 * HeapTrimmer.Burst, 20)]);
        _trimmed.ShouldBe(0);
    }

    [Fact]
    public async Task A_little_work_now_and_then_leaves_nothing_worth_collecting()
    {
        await Allocate([.. Enumerable.Range(0, 20).Select(i => i % 2 * (HeapTrimmer.Burst - 1)), 0]);
        _trimmed.ShouldBe(0);
    }

    /// <summary>Lets so many bytes be allocated in each interval; all of them but the last have been judged when it returns.</summary>
    private async Task Allocate(params long[] bytes)
    {
        foreach (var some in bytes)
        {
            Interlocked.Add(ref _allocated, some);
            var looks = Volatile.Read(ref _looks);
            _clock.Advance(HeapTrimmer.Interval);
            await Eventually.Holds(() => Volatile.Read(ref _looks) > looks, "the trimmer looks");
        }
    }
}
