using DpuCluster.Controllers.Hosting;
using DpuCluster.Kubernetes.Kubeconfig;

namespace DpuCluster.Standalone.Pods;

/// <summary>
/// Runs them in this process, for a debugger and for tests: with the same credentials and rights as a process of their own would have, but
/// with one log for all.
/// </summary>
/// <param name="compose">How the process of a name is composed.</param>
/// <param name="options">Clock and log.</param>
internal sealed class InThisProcess(
    IReadOnlyDictionary<string, Func<ControllerHostBuilder, ControllerHostBuilder>> compose, StandaloneOptions options) : IContainerRuntime
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(ContainerStart start, CancellationToken stop, CancellationToken kill)
    {
        start.Log.WriteLine($"{start.Controller} runs inside the process of the environment (--in-process): its log is there");
        try
        {
            await compose[start.Controller](ControllerHost.CreateBuilder(new()
            {
                Name = start.Controller,
                Client = KubeconfigLoader.Load(start.Kubeconfig),
                LeaderElect = true,
                LeaseNamespace = start.Pod.Namespace,
                LeaseIdentity = start.LeaseIdentity,
                MetricsBindAddress = "0",
                HealthProbeBindAddress = start.Address is null ? "0" : $"{start.Address}:{PodProbe.Port}",
                ShutdownTimeout = StandaloneEnvironment.Grace,
                Clock = options.Clock,
                LoggerFactory = options.LoggerFactory,
            })).Build().RunAsync(stop).ConfigureAwait(false);
            return 0;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // A process of its own would end with this; it is started again in the same way.
            start.Log.WriteLine($"ended: {exception.Message}");
            return 1;
        }
    }
}
