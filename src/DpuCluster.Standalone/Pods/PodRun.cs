using System.Diagnostics.CodeAnalysis;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Standalone.Workloads;

namespace DpuCluster.Standalone.Pods;

/// <summary>One pod that is run: its credentials, its container, started again with growing waits whenever it ends, and its readiness.</summary>
[SuppressMessage("Design", "CA1001", Justification = "No source is linked to a longer life, and a timer that was set has run out within the grace.")]
internal sealed class PodRun
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    /// <summary>Who has run for so long waits as if for the first time: a kubelet's time.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(10);

    private readonly IContainerRuntime _runtime;
    private readonly PodIdentity _identity;
    private readonly Container _container;
    private readonly ContainerStart _start;
    private readonly Action _changed;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _kill;
    private readonly Lock _gate = new();
    private readonly Task _life;
    private DateTimeOffset? _killedAt;
    private volatile PodRunState _state;

    /// <param name="pod">The pod.</param>
    /// <param name="container">Its one container.</param>
    /// <param name="start">What to run.</param>
    /// <param name="identity">Its credentials.</param>
    /// <param name="runtime">Runs it.</param>
    /// <param name="changed">Told of every change of the state.</param>
    /// <param name="clock">Clock of waits.</param>
    public PodRun(
        Pod pod, Container container, ContainerStart start, PodIdentity identity, IContainerRuntime runtime, Action changed, TimeProvider clock)
    {
        (Uid, _container, _start, _identity, _runtime, _changed, _clock) = (pod.Metadata.Uid, container, start, identity, runtime, changed, clock);
        _kill = new(Timeout.InfiniteTimeSpan, clock);
        _state = new(clock.GetUtcNow(), IsRunning: false, IsReady: false, 0, null);
        _life = Task.Run(LiveAsync);

        // Not from within: whoever is told shall find that it has ended.
        _ = _life.ContinueWith(_ => changed(), TaskScheduler.Default);
    }

    public string? Uid { get; }

    public string? Address => _start.Address;

    public PodLog Log => _start.Log;

    public PodRunState State => _state;

    /// <summary>Whether nothing of it runs any more.</summary>
    public bool HasEnded => _life.IsCompleted;

    /// <summary>Asks it to end; of several times that it is given, the shortest counts.</summary>
    /// <param name="grace">After how long it is killed.</param>
    public void Stop(TimeSpan grace)
    {
        lock (_gate)
        {
            var at = _clock.GetUtcNow() + grace;
            if (!HasEnded && (_killedAt is null || at < _killedAt))
            {
                _killedAt = at;
                _kill.CancelAfter(grace);
            }
        }

        _stop.Cancel();
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    /// <param name="grace">After how long it is killed.</param>
    public async Task EndAsync(TimeSpan grace)
    {
        Stop(grace);
        await _life.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task LiveAsync()
    {
        try
        {
            var waits = 0;
            for (var restarts = 0; !_stop.IsCancellationRequested; restarts++)
            {
                var started = _clock.GetTimestamp();
                var trouble = await TurnAsync(restarts).ConfigureAwait(false);
                waits = _clock.GetElapsedTime(started) < Settled ? waits : 0;
                if (_stop.IsCancellationRequested)
                {
                    break;
                }

                Become(new(_clock.GetUtcNow(), IsRunning: false, IsReady: false, restarts, trouble));
                var wait = TimeSpan.FromTicks(Math.Min(LongestWait.Ticks, FirstWait.Ticks << Math.Min(waits++, 20)));
                await Task.Delay(wait, _clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            _start.Log.Close();
            _identity.Remove();
        }
    }

    /// <returns>Why it ended.</returns>
    private async Task<string> TurnAsync(int restarts)
    {
        using var turn = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        try
        {
            await _identity.WriteAsync(turn.Token).ConfigureAwait(false);
            var running = new PodRunState(_clock.GetUtcNow(), IsRunning: true, IsReady: false, restarts, null);
            Become(running);
            using var probe = new PodProbe(_container, _start.Address, _clock);
            var asking = probe.RunAsync(ready => Become(running with { IsReady = ready }), turn.Token);
            var keeping = _identity.KeepAsync(turn.Token);
            var code = await _runtime.RunAsync(_start, _stop.Token, _kill.Token).ConfigureAwait(false);
            await turn.CancelAsync().ConfigureAwait(false);
            await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return $"ended with exit code {code}";
        }
        catch (Exception exception) when (exception is KubernetesException or HttpRequestException or IOException or TimeoutException or OperationCanceledException)
        {
            // Its service account may come later, as any image of a pod may: it is tried again.
            return exception.Message;
        }
    }

    private void Become(PodRunState state)
    {
        if (_state != state)
        {
            _state = state;
            _changed();
        }
    }
}
