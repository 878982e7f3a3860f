using System.Text;
using DpuCluster.ApiServer;

namespace DpuCluster.Standalone.Workloads;

/// <summary>The logs of simulated pods: they say that there is nothing to log. Following one ends at once, as nothing can come.</summary>
internal sealed class SimulatedPodLogs : IPodLogs
{
    /// <inheritdoc/>
    public Task<Stream?> OpenAsync(string ns, string pod, string? container, bool follow, long? tailLines, CancellationToken cancellation)
    {
        var text = tailLines is 0 ? "" : $"{RunningPod.Message} (pod {ns}/{pod} of a standalone environment)\n";
        return Task.FromResult<Stream?>(new MemoryStream(Encoding.UTF8.GetBytes(text), writable: false));
    }
}
