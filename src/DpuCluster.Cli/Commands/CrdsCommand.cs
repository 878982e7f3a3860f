using System.CommandLine;
using DpuCluster.Api;

namespace DpuCluster.Cli.Commands;

/// <summary><c>dpucluster crds</c>: prints the custom resource definitions, to be piped into kubectl.</summary>
internal static class CrdsCommand
{
    public static Command Create()
    {
        var command = new Command("crds", "Print the custom resource definitions (dpucluster crds | kubectl apply -f -).");
        command.SetAction(_ =>
        {
            foreach (var (_, yaml) in ApiCrds.All)
            {
                Console.Out.Write(yaml.StartsWith("---", StringComparison.Ordinal) ? yaml : $"---\n{yaml}");
            }

            return 0;
        });
        return command;
    }
}
