namespace DpuCluster.Controllers.Queue;

/// <summary>How a <see cref="WorkQueue{TKey}"/> behaves.</summary>
public sealed record WorkQueueOptions
{
    /// <summary>Wait after the first failure of a key; doubles with each further one. Default 5 ms.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Longest wait after a failure. Default 5 min.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many failures a second, over all keys, are tried again. Bounds what an outage costs the server. Default 50.</summary>
    public double RetriesPerSecond { get; init; } = 50;

    /// <summary>How many retries may come at once before <see cref="RetriesPerSecond"/> holds. Default 200.</summary>
    public int RetryBurst { get; init; } = 200;

    /// <summary>Seed of the jitter; <see langword="null"/> for a random one.</summary>
    public int? Seed { get; init; }
}
