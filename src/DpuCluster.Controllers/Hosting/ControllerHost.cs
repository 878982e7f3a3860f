using DpuCluster.Controllers.Events;
using DpuCluster.Controllers.Informers;
using DpuCluster.Controllers.Leases;
using DpuCluster.Controllers.Metrics;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Resources;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Controllers.Hosting;

/// <summary>
/// A process of controllers: informers, leader election, health and metrics endpoints, and an orderly end. Several may run in
/// one process.
/// </summary>
public sealed class ControllerHost : IAsyncDisposable
{
    /// <summary>How long what is cancelled may take to end: in a process that ends, and in one that would like to go on.</summary>
    private static readonly TimeSpan AfterAbort = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AfterLoss = TimeSpan.FromSeconds(10);

    private readonly ControllerHostOptions _options;
    private readonly ILogger _logger;
    private readonly MetricsRegistry _metrics = new();
    private readonly KubernetesClient _client;
    private readonly InformerFactory _informers;
    private readonly EventRecorder _events;
    private readonly UnansweredWrites _writes;
    private readonly LeaderElector? _elector;
    private readonly ControllerContext _context;
    private readonly List<Controller> _controllers;
    private readonly List<Func<ControllerContext, CancellationToken, Task>> _background;
    private readonly List<Func<ValueTask>> _cleanUps;
    private readonly Endpoints _endpoints;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal ControllerHost(
        ControllerHostOptions options,
        string? lease,
        List<Func<ControllerContext, Controller>> controllers,
        List<Func<ControllerContext, CancellationToken, Task>> background,
        List<Func<ValueTask>> cleanUps)
    {
        _options = options;
        (_background, _cleanUps) = ([.. background], [.. cleanUps]);
        _logger = options.LoggerFactory.CreateLogger("DpuCluster.Controllers.Hosting");
        var runtime = new RuntimeMetrics(_metrics);
        ProcessMetrics.AddTo(_metrics.Meter);
        _writes = new UnansweredWrites(new ClientMetrics(runtime), options.Clock);
        _client = new KubernetesClient(options.Client, new KubernetesClientOptions
        {
            Clock = options.Clock,
            LoggerFactory = options.LoggerFactory,
            Observer = _writes,

            // Informers and queues have a back-off of their own, and must learn of faults in time.
            MaxRetries = 2,
            RequestTimeout = options.Times.RequestTimeout,
            PingDelay = options.Times.PingDelay,
            PingTimeout = options.Times.PingTimeout,
        });
        _informers = new InformerFactory(_client, options.Clock, options.LoggerFactory, runtime, options.Times.Informers);
        if (lease is not null)
        {
            var ns = options.LeaseNamespace ?? PodNamespace.Read();
            var election = new LeaderElectionOptions
            {
                Namespace = ns,
                Name = lease,
                LeaseDuration = options.Times.LeaseDuration,
                RenewDeadline = options.Times.RenewDeadline,
                RetryPeriod = options.Times.RetryPeriod,
            };
            _elector = new LeaderElector(
                new ClientLeaseStore(_client.Resources<Lease>(), ns, lease),
                options.LeaseIdentity is { } identity ? election with { Identity = identity } : election,
                options.Clock,
                options.LoggerFactory.CreateLogger("DpuCluster.Controllers.Leases"),
                runtime);
        }

        ILeadership leadership = _elector is null ? AlwaysLeader.Instance : _elector;
        _events = new EventRecorder(
            new FallbackEventSink(new ClientEventSink(_client.Resources<Event>()), new CoreEventSink(_client.Unstructured(CoreEventSink.Resource))),
            $"dpu.nvidia.com/{options.Name}",
            Environment.MachineName,
            leadership,
            options.Clock,
            options.LoggerFactory.CreateLogger("DpuCluster.Controllers.Events"),
            runtime);
        _context = new ControllerContext(options, _client, _informers, _events, leadership, _metrics, runtime);
        _controllers = [.. controllers.Select(make => make(_context))];
        _endpoints = new Endpoints(options, _metrics, new HealthChecks(_client, _informers, options.Clock), _client);
    }

    /// <summary>Ends when the endpoints are served and the informers run: before they have synced, and before the lease is held.</summary>
    public Task Started => _started.Task;

    /// <summary>Where health is told, once <see cref="Started"/>; <see langword="null"/> where it is not.</summary>
    public Uri? ProbeAddress => _endpoints.ProbeAddress;

    /// <summary>Where metrics are, once <see cref="Started"/>; <see langword="null"/> where they are not.</summary>
    public Uri? MetricsAddress => _endpoints.MetricsAddress;

    /// <summary>Whether this host may act.</summary>
    public bool IsLeader => _context.Leadership.IsLeader;

    /// <summary>What controllers are given.</summary>
    public ControllerContext Context => _context;

    /// <summary>Begins a host.</summary>
    public static ControllerHostBuilder CreateBuilder(ControllerHostOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new ControllerHostBuilder(options);
    }

    /// <summary>
    /// Runs until cancelled: then takes no more keys, lets what runs finish within <see cref="ControllerHostOptions.ShutdownTimeout"/>,
    /// gives the lease back, and returns. A host runs once. One that cannot renew its lease stops acting, and acts again as soon as it can,
    /// unless another has taken the lease.
    /// </summary>
    /// <exception cref="LeadershipLostException">Another has the lease: the process must end, with an exit code that is not 0.</exception>
    /// <exception cref="UserErrorException">An address cannot be listened on.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await _endpoints.StartAsync(cancellation).ConfigureAwait(false);
            _informers.Start();
            _started.TrySetResult();
            if (_elector is not null)
            {
                await _elector.AcquireAsync(cancellation).ConfigureAwait(false);
            }

            while (await ActAsync(cancellation).ConfigureAwait(false) == Outcome.MayActAgain)
            {
                await _elector!.RegainAsync(cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Told to end before there was anything to finish.
        }
        catch (Exception exception)
        {
            _started.TrySetException(exception);
            throw;
        }
        finally
        {
            _started.TrySetCanceled(CancellationToken.None);
            await DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var controller in _controllers)
        {
            controller.Dispose();
        }

        foreach (var cleanUp in _cleanUps)
        {
            await cleanUp().ConfigureAwait(false);
        }

        await _events.DisposeAsync().ConfigureAwait(false);
        await _informers.DisposeAsync().ConfigureAwait(false);
        await _endpoints.DisposeAsync().ConfigureAwait(false);
        _client.Dispose();
        _metrics.Dispose();
    }

    private async Task<Outcome> ActAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var abort = new CancellationTokenSource();
        using var release = new CancellationTokenSource();
        Log.Acting(_logger, _options.Name);
        List<Task> work =
        [
            .. _controllers.Select(controller => controller.RunAsync(stop.Token, abort.Token)),
            .. _background.Select(run => BackgroundAsync(run, stop.Token)),
        ];
        var hold = _elector?.HoldAsync(release.Token) ?? Task.Delay(Timeout.Infinite, release.Token);
        var told = Task.Delay(Timeout.Infinite, stop.Token);

        // What ends first: the process is told to, the lease is lost, or work fails (it never ends by itself).
        var first = await Task.WhenAny([told, hold, .. work]).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        if (first == hold)
        {
            Log.LeaseLost(_logger);
            await abort.CancelAsync().ConfigureAwait(false);
        }
        else
        {
            Log.Stopping(_logger, _options.Name);
        }

        await FinishAsync(work, hold, abort).ConfigureAwait(false);
        if (first != hold)
        {
            // The host ends; its last events are written while it leads.
            await _events.DisposeAsync().ConfigureAwait(false);
        }

        await release.CancelAsync().ConfigureAwait(false);
        await EndedAsync(hold).ConfigureAwait(false);
        if (_elector is not null && !hold.IsFaulted && work.TrueForAll(one => one.IsCompleted))
        {
            await GiveBackAsync(_elector).ConfigureAwait(false);
        }

        await Task.WhenAll(work.Where(one => one.IsFaulted)).ConfigureAwait(false);
        if (hold.IsFaulted)
        {
            // Where something runs on in spite of all, what it decided under the old lease must not be done under the next one.
            if (!cancellation.IsCancellationRequested && work.TrueForAll(one => one.IsCompleted))
            {
                return Outcome.MayActAgain;
            }

            await hold.ConfigureAwait(false);
        }

        Log.Stopped(_logger, _options.Name);
        return Outcome.Ended;
    }

    private async Task GiveBackAsync(LeaderElector elector)
    {
        if (_writes.Within(_options.Times.LeaseDuration))
        {
            Log.LeaseKept(_logger);
            return;
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5), _options.Clock);
        await elector.ReleaseAsync(limit.Token).ConfigureAwait(false);
    }

    // Lets work finish, for a while; then cancels it, and waits a little for that to take effect.
    private async Task FinishAsync(List<Task> work, Task hold, CancellationTokenSource abort)
    {
        var all = EndedAsync(Task.WhenAll(work));
        using var over = new CancellationTokenSource();
        var limit = Task.Delay(_options.ShutdownTimeout, _options.Clock, over.Token);
        if (!abort.IsCancellationRequested && await Task.WhenAny(all, limit, hold).ConfigureAwait(false) != all)
        {
            Log.CuttingShort(_logger);
            await abort.CancelAsync().ConfigureAwait(false);
        }

        await Task.WhenAny(all, Task.Delay(hold.IsFaulted ? AfterLoss : AfterAbort, _options.Clock, over.Token)).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
    }

    private async Task BackgroundAsync(Func<ControllerContext, CancellationToken, Task> run, CancellationToken stop)
    {
        try
        {
            await run(_context, stop).ConfigureAwait(false);
            await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // That is how it ends.
        }
    }

    private static async Task EndedAsync(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private enum Outcome
    {
        /// <summary>As it was told to.</summary>
        Ended,

        /// <summary>The lease could not be renewed, and nothing acts any more.</summary>
        MayActAgain,
    }
}
