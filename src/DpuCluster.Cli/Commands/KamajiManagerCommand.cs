using System.CommandLine;
using DpuCluster.ClusterManager.Kamaji;
using DpuCluster.Controllers.Hosting;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Cli.Commands;

/// <summary><c>dpucluster kamaji-cluster-manager</c>.</summary>
internal static class KamajiManagerCommand
{
    public const string Name = "kamaji-cluster-manager";

    public static Command Create()
    {
        var common = new ControllerOptions();
        var images = new OwnImage("for the health check beside keepalived");
        var command = new Command(Name, "Run the cluster manager for DPUClusters of type kamaji: it creates control planes through Kamaji.");
        images.AddTo(command);
        common.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var loggers = Logging.ToStandardError(LogLevel.Information);
            var options = new KamajiOptions
            {
                Image = images.Image(parsed),
                KeepalivedImage = images.Keepalived(parsed),
                ImagePullSecrets = OwnImage.PullSecrets(),
            };
            var host = ControllerHost.CreateBuilder(common.Host(parsed, Name, loggers))
                .Lease(KamajiClusterManagerHost.LeaseName)
                .AddKamajiClusterManager(options)
                .Build();
            return await ControllerProcess.RunAsync(host, cancellation).ConfigureAwait(false);
        });
        return command;
    }
}
