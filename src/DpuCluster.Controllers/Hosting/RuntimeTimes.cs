using DpuCluster.Controllers.Informers;

namespace DpuCluster.Controllers.Hosting;

/// <summary>Times of a host that nobody has a reason to change but tests, which have no ten minutes. The defaults are those of the design.</summary>
internal sealed record RuntimeTimes
{
    public InformerOptions Informers { get; init; } = new();

    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan PingDelay { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
