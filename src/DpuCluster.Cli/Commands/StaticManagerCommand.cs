using System.CommandLine;
using DpuCluster.ClusterManager.Static;
using DpuCluster.Controllers.Hosting;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Cli.Commands;

/// <summary><c>dpucluster static-cluster-manager</c>.</summary>
internal static class StaticManagerCommand
{
    public const string Name = "static-cluster-manager";

    public static Command Create()
    {
        var common = new ControllerOptions();
        var command = new Command(Name, "Run the cluster manager for DPUClusters of type static: it adopts control planes that exist.");
        common.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var loggers = Logging.ToStandardError(LogLevel.Information);
            var host = ControllerHost.CreateBuilder(common.Host(parsed, Name, loggers))
                .Lease(StaticClusterManagerHost.LeaseName)
                .AddStaticClusterManager(common.Kubeconfigs(parsed))
                .Build();
            return await ControllerProcess.RunAsync(host, cancellation).ConfigureAwait(false);
        });
        return command;
    }
}
