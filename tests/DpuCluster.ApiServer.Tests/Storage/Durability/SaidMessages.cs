using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace DpuCluster.ApiServer.Tests.Storage.Durability;

/// <summary>Remembers what is logged.</summary>
internal sealed class SaidMessages : ILogger, ILoggerFactory
{
    public ConcurrentQueue<(LogLevel Level, string Text)> All { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        All.Enqueue((logLevel, formatter(state, exception)));

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
