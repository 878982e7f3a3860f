using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>The Kamaji cluster manager as a process of its own, with the rights of its role and no more, that can be killed again and again.</summary>
internal sealed class KamajiManagerProcess : IAsyncDisposable
{
    private const string Account = "dpucluster-kamaji-cluster-manager";

    private readonly Executable _executable;
    private readonly string _kubeconfig;
    private readonly Lock _gate = new();
    private RunningProcess _process;
    private Task _restart = Task.CompletedTask;

    private KamajiManagerProcess(Executable executable, string kubeconfig)
    {
        (_executable, _kubeconfig) = (executable, kubeconfig);
        _process = Start();
    }

    /// <summary>How often it was killed.</summary>
    public int Kills { get; private set; }

    /// <summary>Starts it beside an environment that has none; when this completes, it acts.</summary>
    public static async Task<KamajiManagerProcess> StartAsync(Site site)
    {
        // The operator installs account and role of the part that is left out, a moment after the environment has started.
        var kubeconfig = await site.KubeconfigOf(Account);
        var manager = new KamajiManagerProcess(site.Executable, kubeconfig);
        await manager._process.HasSaid("acts from now on");
        return manager;
    }

    /// <summary>
    /// Kills it as nothing can prevent (SIGKILL), and starts it again. Who asks while it is on its way back gets that one: it is dead already.
    /// </summary>
    public Task Kill()
    {
        lock (_gate)
        {
            return _restart.IsCompleted ? _restart = RestartAsync() : _restart;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _restart.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _process.DisposeAsync();
    }

    private async Task RestartAsync()
    {
        await Task.Yield();
        await _process.KillAsync();
        await _process.DisposeAsync();
        Kills++;
        _process = Start();
        await _process.HasSaid("acts from now on", TimeSpan.FromMinutes(5));
    }

    // Without a lease: that of a process that was killed lasts for 15 s, and to wait for its end after each kill would test the waiting. There
    // is never more than one such process here.
    private RunningProcess Start() => _executable.Start(
        "kamaji-cluster-manager", "--kubeconfig", _kubeconfig, "--context", Account, "--leader-elect=false",
        "--metrics-bind-address", "0", "--health-probe-bind-address", "0", "--workers", "8");
}
