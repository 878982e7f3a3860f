namespace DpuCluster.Controllers.Events;

/// <summary>Bounds a rate: so many at once, then one an interval.</summary>
internal sealed class TokenBucket(TimeProvider clock, int burst, TimeSpan interval)
{
    private double _tokens = burst;
    private long _filledAt = clock.GetTimestamp();

    public bool IsFull
    {
        get
        {
            Fill();
            return _tokens >= burst;
        }
    }

    public bool TryTake()
    {
        Fill();
        if (_tokens < 1)
        {
            return false;
        }

        _tokens--;
        return true;
    }

    public async Task TakeAsync(CancellationToken cancellation)
    {
        while (!TryTake())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling((1 - _tokens) * interval.TotalMilliseconds)), clock, cancellation).ConfigureAwait(false);
        }
    }

    private void Fill()
    {
        var now = clock.GetTimestamp();
        _tokens = Math.Min(burst, _tokens + (clock.GetElapsedTime(_filledAt, now) / interval));
        _filledAt = now;
    }
}
