using System.Diagnostics;
using DpuCluster.Standalone;

namespace DpuCluster.Cli;

/// <summary>
/// Where the environment that has started this process asks for it: ends the process in order when a line comes in on its standard input, and
/// at once when that ends without one, which is when the environment is gone, however it went.
/// </summary>
internal sealed class InputWatch : IDisposable
{
    /// <summary>After how long the process ends in any case: longer than controllers take to finish.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly CancellationTokenSource _ended = new();

    /// <summary>Begins to watch, if that is asked for.</summary>
    public InputWatch()
    {
        if (Environment.GetEnvironmentVariable(StandaloneOptions.EndsWithInputVariable) == "1")
        {
            // Reading a pipe holds a thread up: not one of the pool's.
            new Thread(Watch) { IsBackground = true, Name = "standard input" }.Start();
        }
    }

    /// <summary>Cancelled when it is time to end.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <inheritdoc/>
    public void Dispose() => _ended.Dispose();

    private void Watch()
    {
        using var input = Console.OpenStandardInput();
        if (input.ReadByte() < 0)
        {
            // As the environment was, with the API server in it: there is nobody to finish anything with.
            using var self = Process.GetCurrentProcess();
            self.Kill();
        }

        try
        {
            _ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            return;
        }

        Thread.Sleep(Patience);
        Environment.Exit(1);
    }
}
