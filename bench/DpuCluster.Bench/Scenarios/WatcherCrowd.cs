using System.Diagnostics;
using System.Net.Sockets;
using DpuCluster.Bench.Measure;
using DpuCluster.Kubernetes.Client;

namespace DpuCluster.Bench.Scenarios;

/// <summary>Many watches, each on a connection of its own, and when each of them had which event. One thread reads them all.</summary>
internal sealed class WatcherCrowd : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<Socket, Watcher> _watchers = [];
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;

    private WatcherCrowd() => _thread = new Thread(Read) { IsBackground = true, Name = "watchers" };

    /// <summary>Begins to watch.</summary>
    /// <exception cref="BenchException">The server does not take a watch.</exception>
    public static WatcherCrowd Start(ClientConfiguration server, int watchers, string target)
    {
        var crowd = new WatcherCrowd();
        try
        {
            for (var i = 0; i < watchers; i++)
            {
                var connection = PlainConnection.Connect(server);
                crowd._watchers.Add(connection.Socket, new Watcher(connection));
                connection.Send(connection.Request("GET", target));
                connection.ReadHead(200);
            }
        }
        catch
        {
            crowd.Close();
            throw;
        }

        crowd._thread.Start();
        return crowd;
    }

    /// <summary>Waits until everybody has so many events.</summary>
    public Task UntilAllHaveAsync(int events, CancellationToken cancellation) => Wait.UntilAsync(
        $"each of {_watchers.Count} watchers has {events} events",
        async _ =>
        {
            // A crowd that could not go on reading says why.
            if (_ended.Task.IsCompleted) await _ended.Task;
            return _watchers.Values.All(watcher => watcher.Count >= events);
        },
        TimeSpan.FromSeconds(30),
        cancellation);

    /// <summary>When each watcher had the event of a number, from 0.</summary>
    public IEnumerable<long> ArrivalsOf(int number) => _watchers.Values.Select(watcher => watcher.ArrivalOf(number));

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        await _ended.Task;
        Close();
    }

    private void Close()
    {
        foreach (var watcher in _watchers.Values)
        {
            watcher.Dispose();
        }
    }

    private void Read()
    {
        var ready = new List<Socket>(_watchers.Count);
        try
        {
            while (!_stopping)
            {
                ready.Clear();
                ready.AddRange(_watchers.Keys);
                Socket.Select(ready, null, null, Look);
                foreach (var socket in ready)
                {
                    _watchers[socket].Read();
                }
            }

            _ended.SetResult();
        }
        catch (Exception exception) when (exception is IOException or SocketException or BenchException)
        {
            _ended.SetException(exception);
        }
    }

    private sealed class Watcher(PlainConnection connection) : IDisposable
    {
        private readonly byte[] _buffer = new byte[16 * 1024];
        private readonly List<long> _arrivals = [];
        private bool _atBrace;

        public int Count
        {
            get
            {
                lock (_arrivals)
                {
                    return _arrivals.Count;
                }
            }
        }

        public long ArrivalOf(int number)
        {
            lock (_arrivals)
            {
                return _arrivals[number];
            }
        }

        /// <summary>
        /// Takes what is there. An event ends with a brace and the end of a line, which is nowhere else: neither in its JSON nor in what HTTP
        /// puts around it. Which event it is follows from their order, which is that of the writes.
        /// </summary>
        public void Read()
        {
            var length = connection.Read(_buffer);
            var now = Stopwatch.GetTimestamp();
            lock (_arrivals)
            {
                foreach (var one in _buffer.AsSpan(0, length))
                {
                    if (_atBrace && one == '\n')
                    {
                        _arrivals.Add(now);
                    }

                    _atBrace = one == '}';
                }
            }
        }

        public void Dispose() => connection.Dispose();
    }
}
