using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace DpuCluster.Bench.Measure;

/// <summary>A program that the benchmark has started, and ends: by its process id, never by a name.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private const int Stop = 19;
    private const int Continue = 18;
    private const int KeptLines = 40;

    private readonly Process _process;
    private readonly Queue<string> _said = new();

    private ChildProcess(string name, Process process)
    {
        Name = name;
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it is called in messages.</summary>
    public string Name { get; }

    public static ChildProcess Start(string name, string executable, IReadOnlyDictionary<string, string> environment, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(executable) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        return new ChildProcess(name, Process.Start(start)!);
    }

    /// <summary>Fails where the process has ended by itself: everything that is waited for would never come.</summary>
    public void ThrowIfEnded()
    {
        if (_process.HasExited)
        {
            throw new BenchException($"{Name} has ended with exit code {_process.ExitCode}; its last words:\n{LastWords()}");
        }
    }

    /// <summary>Whether one of its last lines has a text in it.</summary>
    public bool HasSaid(string text)
    {
        lock (_said)
        {
            return _said.Any(line => line.Contains(text, StringComparison.Ordinal));
        }
    }

    /// <summary>Resident memory in MiB, as the kernel counts it.</summary>
    public double ResidentMebibytes()
    {
        ThrowIfEnded();

        // One that has just ended is still listed, and has no memory.
        var line = File.ReadLines($"/proc/{_process.Id}/status").FirstOrDefault(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
            ?? throw new BenchException($"{Name} has ended; its last words:\n{LastWords()}");
        return double.Parse(line["VmRSS:".Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024;
    }

    /// <summary>What of its resident memory is the heap of native libraries, in MiB.</summary>
    public double NativeHeapMebibytes()
    {
        ThrowIfEnded();
        return MemoryMap.NativeHeapMebibytes(File.ReadLines($"/proc/{_process.Id}/smaps"));
    }

    /// <summary>Files, sockets and whatever else it has open.</summary>
    public int OpenFiles()
    {
        ThrowIfEnded();
        return Directory.EnumerateFileSystemEntries($"/proc/{_process.Id}/fd").Count();
    }

    /// <summary>CPU time since the start.</summary>
    public TimeSpan ProcessorTime()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    /// <summary>SIGKILL: the end without a word.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGSTOP: connections stay open, and nobody answers on them.</summary>
    public void Suspend() => Signal(Stop);

    /// <summary>SIGCONT.</summary>
    public void Resume() => Signal(Continue);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signal(Continue);
            Signal(Terminate);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                await KillAsync();
            }
        }

        _process.Dispose();
    }

    private void Signal(int signal)
    {
        // The process is our child and not waited for yet: its id cannot belong to another one.
        if (!_process.HasExited && Kill(_process.Id, signal) != 0)
        {
            throw new BenchException($"{Name}: signal {signal} cannot be sent (error {Marshal.GetLastPInvokeError()})");
        }
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_said)
        {
            _said.Enqueue(line);
            if (_said.Count > KeptLines)
            {
                _said.Dequeue();
            }
        }
    }

    private string LastWords()
    {
        var words = new StringBuilder();
        lock (_said)
        {
            foreach (var line in _said)
            {
                words.Append("  ").AppendLine(line);
            }
        }

        return words.ToString();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
