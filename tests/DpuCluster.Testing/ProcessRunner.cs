using System.Diagnostics;
using System.Text;

namespace DpuCluster.Testing;

/// <summary>What a program said and how it ended.</summary>
public sealed record ProcessResult(int ExitCode, string Output, string Error)
{
    /// <summary>The result itself, if the program succeeded.</summary>
    public ProcessResult ShouldSucceed()
    {
        ExitCode.ShouldBe(0, $"standard error: {Error}\nstandard output: {Output}");
        return this;
    }
}

/// <summary>Runs programs to their end.</summary>
public static class ProcessRunner
{
    /// <summary>Runs a program with its standard input, and ends it, by its id, when it takes too long.</summary>
    public static async Task<ProcessResult> RunAsync(
        string program,
        IEnumerable<string> arguments,
        string? input = null,
        IReadOnlyDictionary<string, string?>? environment = null,
        TimeSpan? patience = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
        }

        process.StandardInput.Close();
        using var timeout = new CancellationTokenSource(patience ?? Eventually.Patience);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end; it said: {await output}{await error}");
        }

        return new(process.ExitCode, await output, await error);
    }
}

/// <summary>A program that runs until it is told to end.</summary>
public sealed class RunningProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly Lock _gate = new();

    /// <summary>Starts the program.</summary>
    public RunningProcess(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Everything said so far, on both outputs.</summary>
    public string Said
    {
        get
        {
            lock (_gate)
            {
                return _said.ToString();
            }
        }
    }

    /// <summary>Waits until the program has said something.</summary>
    public async Task<string> HasSaid(string text, TimeSpan? patience = null)
    {
        await Eventually.Holds(
            () => Said.Contains(text, StringComparison.Ordinal)
                || (_process.HasExited ? throw new InvalidOperationException($"ended with {_process.ExitCode}: {Said}") : false),
            $"the program says \"{text}\"",
            patience);
        return Said;
    }

    /// <summary>Sends a signal, such as <c>TERM</c> or <c>STOP</c>.</summary>
    public async Task SignalAsync(string signal) =>
        (await ProcessRunner.RunAsync("kill", [$"-{signal}", $"{_process.Id}"])).ShouldSucceed();

    /// <summary>Waits until the program has ended, however long that takes, and gives its exit code.</summary>
    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Asks the program to end, and gives its exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        if (!_process.HasExited)
        {
            await SignalAsync("TERM");
        }

        using var timeout = new CancellationTokenSource(Eventually.Patience);
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    /// <summary>Ends the program without asking.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is not null)
        {
            lock (_gate)
            {
                _said.AppendLine(line);
            }
        }
    }
}
