using System.CommandLine;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Operator;
using DpuCluster.Standalone;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Cli.Commands;

/// <summary><c>dpucluster operator</c>.</summary>
internal static class OperatorCommand
{
    public const string Name = "operator";

    public static Command Create()
    {
        var common = new ControllerOptions();
        var images = new OwnImage("which the controllers run from where the DPFOperatorConfig names no other");
        var replicas = Flags.Number("--replicas", 1, 10, 2, "How many pods each controller has, 1 to 10.");
        var command = new Command(Name, "Run the operator: it installs what the DPFOperatorConfig asks for.") { replicas };
        images.AddTo(command);
        common.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var loggers = Logging.ToStandardError(LogLevel.Information);
            var options = new OperatorOptions
            {
                Components = SystemParts.Components,
                Image = images.Image(parsed),
                KeepalivedImage = images.Keepalived(parsed),
                Replicas = parsed.GetValue(replicas),
            };
            var host = ControllerHost.CreateBuilder(common.Host(parsed, Name, loggers))
                .Lease(OperatorHost.LeaseName)
                .AddOperator(options)
                .Build();
            return await ControllerProcess.RunAsync(host, cancellation).ConfigureAwait(false);
        });
        return command;
    }
}
