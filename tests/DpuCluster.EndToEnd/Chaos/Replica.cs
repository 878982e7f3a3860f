using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using DpuCluster.Faults;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Testing;

namespace DpuCluster.EndToEnd.Chaos;

/// <summary>
/// One of the processes of a controller, with the rights of its role and no more, behind a proxy of its own. Whenever it has ended it starts
/// again, as its pod would.
/// </summary>
internal sealed class Replica : IAsyncDisposable
{
    private readonly Executable _executable;
    private readonly string _kubeconfig;
    private readonly Action<Written> _written;
    private readonly ConditionalWeakTable<ProxiedRequest, StrongBox<long>> _before = [];
    private readonly Task _running;
    private long _latest;
    private volatile RunningProcess? _process;
    private volatile bool _stopping;
    private int _lives;

    private Replica(Part part, int number, Executable executable, FaultProxy proxy, string token, Action<Written> written)
    {
        Writer = new Writer(part, string.Create(CultureInfo.InvariantCulture, $"{part.Command}-{number}"), []);
        (_executable, Proxy, _written) = (executable, proxy, written);
        _kubeconfig = executable.File($"{Name}.conf");
        File.WriteAllText(_kubeconfig, proxy.Kubeconfig(token));
        proxy.Plan = request =>
        {
            lock (_before)
            {
                _before.Add(request, new StrongBox<long>(_latest));
            }

            return null;
        };
        proxy.OnChanged = Take;
        _running = Task.Run(RunAsync);
    }

    /// <summary>As whom it writes.</summary>
    public Writer Writer { get; }

    public string Name => Writer.Name;

    public FaultProxy Proxy { get; }

    /// <summary>How often it was started.</summary>
    public int Lives => _lives;

    /// <summary>What its last life has said.</summary>
    public string Said => _process?.Said ?? "";

    /// <param name="part">What it is.</param>
    /// <param name="number">Which of them.</param>
    /// <param name="executable">The program.</param>
    /// <param name="host">The server, without credentials.</param>
    /// <param name="token">Bearer token of its service account.</param>
    /// <param name="written">Told of each change that the server made for it.</param>
    public static async Task<Replica> StartAsync(Part part, int number, Executable executable, ClientConfiguration host, string token, Action<Written> written) =>
        new(part, number, executable, await FaultProxy.StartAsync(host), token, written);

    /// <summary>SIGKILL.</summary>
    public Task KillAsync() => _process is { HasExited: false } process ? process.KillAsync() : Task.CompletedTask;

    /// <summary>SIGTERM.</summary>
    public Task TerminateAsync() => SignalAsync("TERM");

    /// <summary>SIGSTOP, and after a while SIGCONT.</summary>
    public async Task FreezeAsync(TimeSpan time)
    {
        var process = _process;
        await SignalAsync("STOP");
        await Task.Delay(time);
        if (process is { HasExited: false } && process == _process)
        {
            await SignalAsync("CONT");
        }
    }

    /// <summary>Does not reach the server for a while.</summary>
    public async Task CutOffAsync(TimeSpan time)
    {
        Proxy.Refuses = true;
        Proxy.CutAll();
        await Task.Delay(time);
        Proxy.Refuses = false;
    }

    /// <summary>Ends it in order.</summary>
    /// <returns>The exit code of its last life.</returns>
    public async Task<int> StopAsync()
    {
        _stopping = true;
        while (!_running.IsCompleted)
        {
            // One that is about to start has not heard the first.
            await SignalAsync("TERM");
            await Task.WhenAny(_running, Task.Delay(500));
        }

        await _running;
        return await _process!.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        await KillAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        await Proxy.DisposeAsync();
    }

    private async Task RunAsync()
    {
        do
        {
            var process = _executable.Start(
                Writer.Part.Command, "--kubeconfig", _kubeconfig, "--leader-elect", "--metrics-bind-address", "0", "--health-probe-bind-address", "0");
            Interlocked.Increment(ref _lives);
            _process = process;
            await process.WaitForExitAsync();
        }
        while (!_stopping);
    }

    private async Task SignalAsync(string signal)
    {
        try
        {
            if (_process is { HasExited: false } process)
            {
                await process.SignalAsync(signal);
            }
        }
        catch (ShouldAssertException)
        {
            // It has ended by itself in between: there is nobody to signal.
        }
    }

    private void Take(ProxiedRequest request, ReadOnlyMemory<byte> answer)
    {
        // /api/v1/namespaces/NS/RESOURCE/NAME or /apis/GROUP/VERSION/namespaces/NS/RESOURCE/NAME/SUBRESOURCE
        var path = request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var resource = path[Array.IndexOf(path, "namespaces") + 2];
        using var json = JsonDocument.Parse(answer);
        var metadata = json.RootElement.GetProperty("metadata");
        var name = metadata.TryGetProperty("name", out var said) ? said.GetString()! : path[^1];
        long? version = request.Method != "DELETE" && metadata.TryGetProperty("resourceVersion", out var text)
            ? long.Parse(text.GetString()!, CultureInfo.InvariantCulture)
            : null;
        if (resource == "leases" && json.RootElement.GetProperty("spec").TryGetProperty("holderIdentity", out var holder) && holder.GetString() is { Length: > 0 } identity)
        {
            Writer.Identities[identity] = true;
        }

        _written(new Written(Writer, resource, name, version, _before.TryGetValue(request, out var before) ? before.Value : 0));
        lock (_before)
        {
            _latest = Math.Max(_latest, version ?? 0);
        }
    }
}
