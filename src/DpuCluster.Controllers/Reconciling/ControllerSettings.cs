using DpuCluster.Controllers.Metrics;
using DpuCluster.Controllers.Queue;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Controllers.Reconciling;

/// <summary>What a controller needs besides its sources and its reconciler.</summary>
internal sealed record ControllerSettings(string Name, TimeProvider Clock, ILoggerFactory LoggerFactory, RuntimeMetrics Metrics)
{
    public int Workers { get; init; } = 1;

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a write may take to show in the informer before the controller goes on without.</summary>
    public TimeSpan WriteVisibility { get; init; } = TimeSpan.FromSeconds(10);

    public WorkQueueOptions Queue { get; init; } = new();
}
