using System.Diagnostics;
using DpuCluster.Bench.Measure;

namespace DpuCluster.Bench.Scenarios;

/// <summary>Many watches of one collection, each on a connection of its own, and when each of them had which event.</summary>
internal sealed class WatcherCrowd : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Stream> _streams = [];
    private readonly List<List<long>> _arrivals = [];
    private Task _reading = Task.CompletedTask;

    private WatcherCrowd()
    {
    }

    /// <summary>Begins to watch.</summary>
    public static async Task<WatcherCrowd> StartAsync(ConfigMapClient client, int watchers, string version, CancellationToken cancellation)
    {
        var crowd = new WatcherCrowd();
        for (var watcher = 0; watcher < watchers; watcher++)
        {
            crowd._streams.Add(await client.WatchAsync(version, cancellation));
            crowd._arrivals.Add([]);
        }

        crowd._reading = Task.WhenAll(crowd._streams.Zip(crowd._arrivals, crowd.ReadAsync));
        return crowd;
    }

    /// <summary>Waits until everybody has so many events.</summary>
    public Task UntilAllHaveAsync(int events, CancellationToken cancellation) => Wait.UntilAsync(
        $"each of {_streams.Count} watchers has {events} events", _ => Task.FromResult(_arrivals.All(arrivals => Count(arrivals) >= events)), TimeSpan.FromSeconds(30), cancellation);

    /// <summary>When each watcher had the event of a number, from 0.</summary>
    public IEnumerable<long> ArrivalsOf(int number) => _arrivals.Select(arrivals =>
    {
        lock (arrivals)
        {
            return arrivals[number];
        }
    });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        foreach (var stream in _streams)
        {
            await stream.DisposeAsync();
        }

        _stop.Dispose();
    }

    private static int Count(List<long> arrivals)
    {
        lock (arrivals)
        {
            return arrivals.Count;
        }
    }

    /// <summary>Each event is a line; which one follows from their order, which is that of the writes.</summary>
    private async Task ReadAsync(Stream stream, List<long> arrivals)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await stream.ReadAsync(buffer, _stop.Token) is > 0 and var length)
            {
                var now = Stopwatch.GetTimestamp();
                var events = buffer.AsSpan(0, length).Count((byte)'\n');
                lock (arrivals)
                {
                    for (var e = 0; e < events; e++)
                    {
                        arrivals.Add(now);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed: the regular end.
        }
    }
}
