namespace DpuCluster.Controllers.Events;

/// <summary>Limits of an <see cref="EventRecorder"/>.</summary>
internal sealed record EventOptions
{
    /// <summary>Events that may wait to be written; more are dropped.</summary>
    public int QueueLength { get; init; } = 4096;

    /// <summary>Writes a second over a longer time.</summary>
    public double Rate { get; init; } = 20;

    /// <summary>Writes that may come at once.</summary>
    public int Burst { get; init; } = 100;

    /// <summary>New events about one object that may come at once; then one a <see cref="ObjectInterval"/>.</summary>
    public int ObjectBurst { get; init; } = 25;

    public TimeSpan ObjectInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A series is written at most so often.</summary>
    public TimeSpan SeriesInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What happens again after a longer pause is a new event.</summary>
    public TimeSpan SeriesEnd { get; init; } = TimeSpan.FromMinutes(6);

    /// <summary>How long nothing is tried after the server has forbidden it.</summary>
    public TimeSpan ForbiddenPause { get; init; } = TimeSpan.FromMinutes(10);
}
