using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using DpuCluster.Controllers.Hosting;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Testing.Servers;

/// <summary>Controllers that run.</summary>
public sealed partial class RunningHost : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    internal RunningHost(ControllerHost host, RecordedLogs logs)
    {
        Host = host;
        Logs = logs;
        _running = host.RunAsync(_stop.Token);
    }

    public ControllerHost Host { get; }

    /// <summary>What it has logged.</summary>
    public RecordedLogs Logs { get; }

    /// <summary>How many reconciliations have ended so far.</summary>
    public int Reconciliations =>
        Ended().Matches(Host.Context.Metrics.Render()).Sum(match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture));

    /// <summary>Tells it to end, and waits until it has.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    [GeneratedRegex(@"^controller_runtime_reconcile_total\{[^}]*\} (\d+)$", RegexOptions.Multiline)]
    private static partial Regex Ended();
}

/// <summary>Keeps every line of a log.</summary>
public sealed class RecordedLogs : ILoggerFactory, ILogger
{
    public ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = [];

    /// <summary>Everything, as one text.</summary>
    public string Text => string.Join('\n', Lines.Select(line => $"{line.Level}: {line.Text}"));

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue((logLevel, $"{formatter(state, exception)}{(exception is null ? "" : $" [{exception}]")}"));

    public void Dispose()
    {
    }
}
