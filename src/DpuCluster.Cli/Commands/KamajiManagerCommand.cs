using System.CommandLine;
using DpuCluster.ClusterManager.Kamaji;
using DpuCluster.Controllers.Hosting;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Cli.Commands;

/// <summary><c>dpucluster kamaji-cluster-manager</c>.</summary>
internal static class KamajiManagerCommand
{
    public const string Name = "kamaji-cluster-manager";

    /// <summary>Says which image this program runs from, where an installer knows.</summary>
    private const string ImageVariable = "DPUCLUSTER_IMAGE";

    public static Command Create()
    {
        var common = new ControllerOptions();
        var image = new Option<string?>("--image")
        {
            Description = $"This project's image, for the health check beside keepalived. Default: {ImageVariable}, or dpucluster with this version.",
        };
        var keepalivedImage = new Option<string?>("--keepalived-image")
        {
            Description = "Image with keepalived on its path; no shell or other program is needed. Default: this project's image.",
        };
        var command = new Command(Name, "Run the cluster manager for DPUClusters of type kamaji: it creates control planes through Kamaji.")
        {
            image, keepalivedImage,
        };
        common.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var loggers = Logging.ToStandardError(LogLevel.Information);
            var options = new KamajiOptions { KeepalivedImage = Given(parsed.GetValue(keepalivedImage)) };
            if ((Given(parsed.GetValue(image)) ?? Given(Environment.GetEnvironmentVariable(ImageVariable))) is { } own)
            {
                options = options with { Image = own };
            }

            await ControllerHost.CreateBuilder(common.Host(parsed, Name, loggers))
                .Lease(KamajiClusterManagerHost.LeaseName)
                .AddKamajiClusterManager(options)
                .Build()
                .RunAsync(cancellation).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
