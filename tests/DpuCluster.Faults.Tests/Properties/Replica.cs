using System.Collections.Concurrent;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Controllers.Informers;
using DpuCluster.Controllers.Leases;
using DpuCluster.Testing;

namespace DpuCluster.Faults.Tests.Properties;

/// <summary>A process of controllers behind a proxy of its own: it starts again whenever it has ended, as its pod would.</summary>
internal sealed class Replica : IAsyncDisposable
{
    public const string Lease = "copies.test.dpu.nvidia.com";

    private readonly CancellationTokenSource _stop = new();
    private readonly Func<int> _timesBack;
    private readonly int _seed;
    private readonly Task _running;
    private volatile Life? _life;

    private Replica(FaultProxy proxy, int seed, Func<int> timesBack)
    {
        (Proxy, _seed, _timesBack) = (proxy, seed, timesBack);
        Faults = new RandomFaults(seed);
        (proxy.Plan, proxy.OnConnect) = (Faults.OnRequest, Faults.OnConnect);
        _running = Task.Run(RunAsync);
    }

    public FaultProxy Proxy { get; }

    public RandomFaults Faults { get; }

    /// <summary>The copiers of all lives so far.</summary>
    public ConcurrentQueue<Copier> Copiers { get; } = [];

    /// <summary>The copier of this life.</summary>
    public Copier? Copier => _life?.Copier;

    public bool IsLeader => _life?.Host.IsLeader is true;

    public static async Task<Replica> StartAsync(FaultyServer server, int seed, Func<int> timesBack)
    {
        var proxy = await FaultProxy.StartAsync(server.Configuration);
        proxy.SilentFutures = seed % 2 == 0;
        return new Replica(proxy, seed, timesBack);
    }

    /// <summary>SIGTERM: it ends in order, and starts again.</summary>
    public void Restart() => _life?.End.Cancel();

    /// <summary>From now on nothing fails any more.</summary>
    public void Heal()
    {
        Faults.Stop();
        Proxy.Refuses = false;
    }

    /// <summary>Ends it, and sees that nothing of it is left.</summary>
    public async Task EndAsync(string seed)
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(Eventually.Patience);
        await Eventually.Holds(() => Proxy is { OpenConnections: 0, ActiveRequests: 0 }, $"{seed}: no connection and no request is left");
    }

    public override string ToString() => $"{(IsLeader ? "leader" : "waits")}, {Copiers.Count} lives, {Copier}, last asked {Proxy.Requests.LastOrDefault()}";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Heal();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Proxy.DisposeAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        for (var lives = 0; !_stop.IsCancellationRequested; lives++)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            Copier? copier = null;
            var host = ControllerHost.CreateBuilder(Options(lives)).Lease(Lease).AddController(context =>
            {
                copier = new Copier(context, _timesBack);
                return copier.Controller;
            }).Build();
            Copiers.Enqueue(copier!);
            _life = new Life(host, copier!, end);
            try
            {
                await host.RunAsync(end.Token);
            }
            catch (LeadershipLostException)
            {
                // What ends a process; the next one waits for the lease like any other.
            }
            finally
            {
                _life = null;
            }
        }
    }

    private ControllerHostOptions Options(int lives) => new()
    {
        Name = "copies",
        Client = Proxy.Client,
        LeaderElect = true,
        LeaseNamespace = Copier.Namespace,
        MetricsBindAddress = "0",
        HealthProbeBindAddress = "0",
        Times = Fast(new Random(_seed + lives)),
    };

    /// <summary>Short waits where a test would otherwise take minutes; the margins between them are wide, as the machine may be loaded.</summary>
    internal static RuntimeTimes Fast(Random random) => new()
    {
        Informers = new InformerOptions
        {
            FirstBackoff = TimeSpan.FromMilliseconds(20),
            MaxBackoff = TimeSpan.FromMilliseconds(500),
            UnknownKindRetry = TimeSpan.FromMilliseconds(100),
            MinWatch = TimeSpan.FromSeconds(1),
            MaxWatch = TimeSpan.FromSeconds(3),
            WatchGrace = TimeSpan.FromSeconds(2),
            TakenForGood = TimeSpan.FromSeconds(3),
            StreamingPatience = TimeSpan.FromSeconds(2),
            PageSize = 3,
            Streaming = random.Next(2) == 0,
            Random = random,
        },
        LeaseDuration = TimeSpan.FromSeconds(8),
        RenewDeadline = TimeSpan.FromSeconds(4),
        RetryPeriod = TimeSpan.FromMilliseconds(300),
        RequestTimeout = TimeSpan.FromSeconds(2),
        PingDelay = TimeSpan.FromSeconds(1),
        PingTimeout = TimeSpan.FromSeconds(2),
    };

    private sealed record Life(ControllerHost Host, Copier Copier, CancellationTokenSource End);
}
