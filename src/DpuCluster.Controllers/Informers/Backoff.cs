namespace DpuCluster.Controllers.Informers;

/// <summary>Waits that double, with jitter, between failures of one thing.</summary>
/// <param name="first">The first wait, before jitter.</param>
/// <param name="max">No wait is longer.</param>
/// <param name="random">Source of the jitter.</param>
internal sealed class Backoff(TimeSpan first, TimeSpan max, Random random)
{
    private int _failures;

    public void Reset() => _failures = 0;

    /// <summary>The wait after one more failure: between once and twice the doubled first one, at most the longest.</summary>
    public TimeSpan Next()
    {
        var seconds = first.TotalSeconds * Math.Pow(2, Math.Min(_failures++, 30)) * (1 + random.NextDouble());

        // At the limit the jitter goes downwards, or all clients of a server would come in step again.
        return seconds < max.TotalSeconds ? TimeSpan.FromSeconds(seconds) : max * (0.75 + (0.25 * random.NextDouble()));
    }
}
