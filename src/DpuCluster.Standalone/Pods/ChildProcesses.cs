using System.ComponentModel;
using System.Diagnostics;

namespace DpuCluster.Standalone.Pods;

/// <summary>
/// Runs them as child processes of the same executable. The child watches its standard input, a pipe whose other end is here: a line tells it
/// to finish. Where the pipe ends without one, this process was killed, and the API server with it: the child ends at once, as there is nothing
/// left to finish, and whoever takes its place must not meet it.
/// </summary>
/// <param name="executable">The executable, and arguments that always come first.</param>
internal sealed class ChildProcesses(IReadOnlyList<string> executable) : IContainerRuntime
{
    /// <inheritdoc/>
    public async Task<int> RunAsync(ContainerStart start, CancellationToken stop, CancellationToken kill)
    {
        var info = new ProcessStartInfo(executable[0], [.. executable.Skip(1), start.Controller, .. start.Arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in start.Environment)
        {
            info.Environment[name] = value;
        }

        info.Environment["KUBECONFIG"] = start.Kubeconfig;
        info.Environment[StandaloneOptions.EndsWithInputVariable] = "1";
        info.Environment[StandaloneOptions.LeaseIdentityVariable] = start.LeaseIdentity;
        using var process = new Process { StartInfo = info };
        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            start.Log.WriteLine($"{executable[0]} cannot be started: {exception.Message}");
            return 127;
        }

        var output = Task.WhenAll(start.Log.CopyAsync(process.StandardOutput.BaseStream), start.Log.CopyAsync(process.StandardError.BaseStream));
        try
        {
            await process.WaitForExitAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await EndAsync(process, kill).ConfigureAwait(false);
        }

        await output.ConfigureAwait(false);
        return process.ExitCode;
    }

    private static async Task EndAsync(Process process, CancellationToken kill)
    {
        try
        {
            await process.StandardInput.WriteLineAsync("end").ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It has ended by itself meanwhile.
        }

        try
        {
            await process.WaitForExitAsync(kill).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (kill.IsCancellationRequested)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }
}
