namespace DpuCluster.Testing;

/// <summary>
/// Time that passes more slowly than the world's: what the code under test does after some seconds it does only after minutes. For tests of
/// what happens before that, however busy the machine is.
/// </summary>
/// <param name="factor">How many seconds of the world make one of this clock.</param>
public sealed class SlowClock(int factor) : TimeProvider
{
    private readonly long _begun = System.GetTimestamp();
    private readonly DateTimeOffset _beginning = System.GetUtcNow();

    public override long TimestampFrequency => System.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _beginning + (System.GetElapsedTime(_begun) / factor);

    public override long GetTimestamp() => _begun + ((System.GetTimestamp() - _begun) / factor);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new SlowTimer(System.CreateTimer(callback, state, Stretched(dueTime), Stretched(period)), this);

    private TimeSpan Stretched(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time * factor;

    private sealed class SlowTimer(ITimer timer, SlowClock clock) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(clock.Stretched(dueTime), clock.Stretched(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
