using DpuCluster.Controllers.Hosting;

namespace DpuCluster.Cli.Commands;

/// <summary>A process that runs one host of controllers and nothing else.</summary>
internal static class ControllerProcess
{
    /// <summary>Runs the host to its end.</summary>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(ControllerHost host, CancellationToken cancellation)
    {
        await HeapTrimmer.RunBesideAsync(() => host.RunAsync(cancellation)).ConfigureAwait(false);
        return 0;
    }
}
