using System.CommandLine;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Provisioning;
using DpuCluster.Provisioning.Health;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Cli.Commands;

/// <summary><c>dpucluster provisioning-controller</c>.</summary>
internal static class ProvisioningCommand
{
    public const string Name = "provisioning-controller";

    public static Command Create()
    {
        var common = new ControllerOptions();
        var interval = Flags.Number(
            "--health-check-interval-seconds", 1, 3600, 10, "Time between two health checks of a control plane, 1 to 3600.");
        var mirror = Flags.Switch(
            "--mirror-older-group", "Mirror DPUClusters of the older group, provisioning.dpf.nvidia.com, into today's. On unless set to false.", unlessSaid: true);
        var command = new Command(Name, "Run the provisioning controller: phase, health and capacity of every DPUCluster.") { interval, mirror };
        common.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var loggers = Logging.ToStandardError(LogLevel.Information);
            var options = new ProvisioningOptions
            {
                Health = new HealthCheckOptions { Interval = TimeSpan.FromSeconds(parsed.GetValue(interval)) },
                Kubeconfig = common.Kubeconfigs(parsed),
                MirrorOlderGroup = parsed.GetValue(mirror),
            };
            var host = ControllerHost.CreateBuilder(common.Host(parsed, Name, loggers))
                .Lease(ProvisioningHost.LeaseName)
                .AddProvisioning(options)
                .Build();
            return await ControllerProcess.RunAsync(host, cancellation).ConfigureAwait(false);
        });
        return command;
    }
}
