using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using DpuCluster.Cli.Commands;
using DpuCluster.Kubernetes;

namespace DpuCluster.Cli;

/// <summary>From the words of the command line to an exit code: 0 done, 1 failed, 2 the user can put it right.</summary>
internal static class CommandLine
{
    /// <summary>The executable plays one part under each of these names too, as the reference implementation's image has them.</summary>
    private static readonly Dictionary<string, string> Parts = new(StringComparer.Ordinal)
    {
        ["provisioning"] = ProvisioningCommand.Name,
        ["provisioning-controller"] = ProvisioningCommand.Name,
        ["kamaji-cluster-manager"] = KamajiManagerCommand.Name,
        ["operator"] = OperatorCommand.Name,
        ["static-cluster-manager"] = StaticManagerCommand.Name,
    };

    /// <param name="startedAs">Path under which the program was started.</param>
    /// <param name="args">What stood behind it.</param>
    public static async Task<int> RunAsync(string? startedAs, string[] args)
    {
        var part = Parts.GetValueOrDefault(Path.GetFileNameWithoutExtension(startedAs ?? ""));
        var parsed = Root().Parse(part is null ? args : [part, .. args]);
        if (parsed.Errors.Count > 0)
        {
            return Refuse(parsed);
        }

        try
        {
            // Controllers take up to 30 s to finish what runs and to give their lease back.
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(40) };
            using var input = new InputWatch();
            return await parsed.InvokeAsync(configuration, input.Ended).ConfigureAwait(false);
        }
        catch (UserErrorException error)
        {
            return Refuse(error.Remedy is null ? error.Problem : $"{error.Problem}\n  {error.Remedy}");
        }
        catch (Exception exception) when (Environment.GetEnvironmentVariable("DPUCLUSTER_DEBUG") != "1")
        {
            // Whatever it is, a stack trace helps nobody who did not write the program.
            await Console.Error.WriteLineAsync(
                $"dpucluster: {exception.Message} ({exception.GetType().Name})\n  run it again with DPUCLUSTER_DEBUG=1 for the details").ConfigureAwait(false);
            return 1;
        }
    }

    /// <summary>
    /// All commands. No <see cref="RootCommand"/>: that one is called what the program was started as, which may be the name of a part, and
    /// two commands of one name cannot be told apart.
    /// </summary>
    internal static Command Root() =>
        new("dpucluster", "DPUCluster: control planes for the DPUs of a site.")
        {
            new HelpOption(),
            new VersionOption { Recursive = true },
            StandaloneCommand.Create(),
            OperatorCommand.Create(),
            ProvisioningCommand.Create(),
            KamajiManagerCommand.Create(),
            StaticManagerCommand.Create(),
            KeepalivedCheckCommand.Create(),
            CrdsCommand.Create(),
            MigrateCommand.Create(),
        };

    private static int Refuse(string message)
    {
        Console.Error.WriteLine($"dpucluster: {message}");
        return 2;
    }

    private static int Refuse(ParseResult parsed)
    {
        // A command that is misspelt is not missing besides.
        var errors = parsed.UnmatchedTokens.Count == 0
            ? parsed.Errors
            : parsed.Errors.Where(error => parsed.UnmatchedTokens.Any(token => error.Message.Contains(token, StringComparison.Ordinal)));
        foreach (var error in errors)
        {
            Console.Error.WriteLine($"dpucluster: {error.Message}");
        }

        Console.Error.Write(Suggestions(parsed));
        Console.Error.WriteLine($"  see: {Path(parsed.CommandResult)} --help");
        return 2;

        static string Path(CommandResult command) =>
            command.Parent is CommandResult parent ? $"{Path(parent)} {command.Command.Name}" : "dpucluster";
    }

    /// <summary>What somebody who misspelt a command or an option may have meant, as lines; empty where nothing is like it.</summary>
    private static string Suggestions(ParseResult parsed)
    {
        if (parsed.Action is not ParseErrorAction action)
        {
            return "";
        }

        using var text = new StringWriter();
        (action.ShowHelp, action.ShowTypoCorrections) = (false, true);
        parsed.Invoke(new() { Output = text, Error = TextWriter.Null });
        var lines = text.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return string.Concat(lines.Select(line => $"  {line}{Environment.NewLine}"));
    }
}
