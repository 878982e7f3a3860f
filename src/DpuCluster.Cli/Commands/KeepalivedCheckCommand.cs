using System.CommandLine;
using System.Net;
using DpuCluster.ClusterManager.Kamaji.Keepalived;
using DpuCluster.Kubernetes;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Cli.Commands;

/// <summary><c>dpucluster keepalived-check</c>: runs in the pods of keepalived, started by what the Kamaji manager deploys.</summary>
internal static class KeepalivedCheckCommand
{
    public static Command Create()
    {
        var address = new Option<string>("--address") { Description = "Address of the node.", Required = true };
        var port = new Option<int>("--port") { Description = "Port of the API server on the node.", Required = true };
        var directory = new Option<DirectoryInfo>("--directory") { Description = "Where keepalived's tracked files are.", Required = true };
        var command = new Command("keepalived-check", "Tell keepalived whether the API server is reached on this node. Deployed by the Kamaji manager.")
        {
            address, port, directory,
        };
        address.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !IPAddress.TryParse(result.Tokens[0].Value, out _))
            {
                result.AddError($"--address {result.Tokens[0].Value} is no IP address");
            }
        });
        port.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out var number) && number is < 1 or > 65535)
            {
                result.AddError($"--port {number} is no port: use 1 to 65535");
            }
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            using var loggers = Logging.ToStandardError(LogLevel.Information);
            var path = parsed.GetValue(directory)!.FullName;
            if (!Directory.Exists(path))
            {
                throw new UserErrorException($"{path} does not exist", "name the directory that keepalived's configuration tracks files in");
            }

            var options = new KeepalivedCheckOptions(IPAddress.Parse(parsed.GetValue(address)!), parsed.GetValue(port), path);
            await new KeepalivedCheck(options, TimeProvider.System, loggers.CreateLogger<KeepalivedCheck>()).RunAsync(cancellation).ConfigureAwait(false);
            return 0;
        });
        return command;
    }
}
