using System.CommandLine;
using DpuCluster.Standalone;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Cli.Commands;

/// <summary><c>dpucluster standalone</c> and <c>dpucluster standalone tenant NAME</c>.</summary>
internal static class StandaloneCommand
{
    public static Command Create()
    {
        var port = PortOption();
        var kubeconfig = KubeconfigOption();
        var data = DataOption();
        var name = new Option<string>("--name")
        {
            Description = "Name of the environment; several run side by side under different names.",
            DefaultValueFactory = _ => "default",
        };
        var without = new Option<string[]>("--without")
        {
            Description = "A controller or stand-in not to run, by the name that is printed at the start: to run it yourself. May be given several times.",
            HelpName = "NAME",
        };
        var inProcess = Flags.Switch(
            "--in-process", "Run the controllers inside this process instead of as processes of their own: for a debugger.");
        var command = new Command("standalone", "Run the whole system on this machine: API server, controllers and stand-ins, with nothing installed.")
        {
            port, kubeconfig, data, name, without, inProcess, TenantCommand(),
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var loggers = Logging.ToStandardError(LogLevel.Warning);
            var options = new StandaloneOptions
            {
                Name = parsed.GetValue(name)!,
                Port = parsed.GetValue(port),
                KubeconfigFile = FullPath(parsed.GetValue(kubeconfig)),
                Without = parsed.GetValue(without) ?? [],
                DataDirectory = FullPath(parsed.GetValue(data)),
                Executable = parsed.GetValue(inProcess) ? [] : Self(),
                LoggerFactory = loggers,
            };
            return await UntilToldAsync(
                async () =>
                {
                    await using var environment = await StandaloneEnvironment.StartAsync(options, cancellation).ConfigureAwait(false);
                    Greeting.Print(environment);
                    await environment.RunUntilAsync(cancellation).ConfigureAwait(false);
                },
                cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static Command TenantCommand()
    {
        var name = new Argument<string>("NAME") { Description = "Name of the control plane." };
        var port = PortOption();
        var kubeconfig = KubeconfigOption();
        var data = DataOption();
        var command = new Command("tenant", "Run one more control plane, with nothing in it: one for a static DPUCluster to adopt.")
        {
            name, port, kubeconfig, data,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var loggers = Logging.ToStandardError(LogLevel.Warning);
            var options = new StandaloneOptions
            {
                Name = parsed.GetValue(name)!,
                Port = parsed.GetValue(port),
                KubeconfigFile = FullPath(parsed.GetValue(kubeconfig)),
                DataDirectory = FullPath(parsed.GetValue(data)),
                LoggerFactory = loggers,
            };
            return await UntilToldAsync(
                async () =>
                {
                    await using var tenant = await StandaloneTenant.StartAsync(options, cancellation).ConfigureAwait(false);
                    Greeting.Print(tenant);
                    await StandaloneTenant.RunUntilAsync(cancellation).ConfigureAwait(false);
                },
                cancellation).ConfigureAwait(false);
        });
        return command;
    }

    /// <summary>Who ends it while it starts has ended it all the same.</summary>
    private static async Task<int> UntilToldAsync(Func<Task> run, CancellationToken cancellation)
    {
        try
        {
            await HeapTrimmer.RunBesideAsync(run).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // That is how it is told.
        }

        return 0;
    }

    /// <summary>How this program is started: by the runtime's host, with the program as its first argument, or by itself.</summary>
    private static IReadOnlyList<string> Self()
    {
        var host = Environment.ProcessPath ?? throw new InvalidOperationException("the system does not tell which executable this is");
        return Path.GetFileNameWithoutExtension(host) == "dotnet" ? [host, Environment.GetCommandLineArgs()[0]] : [host];
    }

    private static Option<int> PortOption() =>
        Flags.Number("--port", 0, 65535, 0, "Port on the loopback address; 0: the one of the last time where it is free, or any free one.");

    private static Option<string?> KubeconfigOption() => new("--write-kubeconfig")
    {
        Description = "File to put the kubeconfig into; what else is in it stays. Default: a file of the environment's own.",
        HelpName = "FILE",
    };

    private static Option<string?> DataOption() => new("--data-dir")
    {
        Description = "Directory to keep everything in, so that it is there again the next time, even after a crash; has secrets in it. Default: in memory.",
        HelpName = "DIR",
    };

    private static string? FullPath(string? file) => string.IsNullOrEmpty(file) ? null : Path.GetFullPath(file);
}
