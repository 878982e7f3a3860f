using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DpuCluster.Bench.Measure;
using DpuCluster.Faults;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Kubeconfig;

namespace DpuCluster.Bench.Scenarios;

/// <summary>
/// Where one run of a benchmark happens: a directory of its own, and the processes that it has started. When it is disposed,
/// all of that is gone.
/// </summary>
internal sealed class Workshop(string executable) : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dpucluster-bench-");
    private readonly List<ChildProcess> _processes = [];
    private readonly Probe _probe = new();

    /// <summary>Starts <c>standalone tenant NAME</c>: an API server with nothing in it.</summary>
    public Task<ApiServerProcess> StartTenantAsync(string name, CancellationToken cancellation) =>
        StartServerAsync(name, ["standalone", "tenant", name], cancellation);

    /// <summary>The same with a data directory: what it acknowledges is on the disk.</summary>
    public Task<ApiServerProcess> StartDurableAsync(string name, CancellationToken cancellation) =>
        StartServerAsync(name, ["standalone", "tenant", name, "--data-dir", Path.Combine(_directory.FullName, $"{name}.data")], cancellation);

    /// <summary>How long the disk takes to make some hundred bytes safe (<c>fsync</c>), in ms: no durable write can take less.</summary>
    public double MeasureSync(int rounds)
    {
        using var file = File.OpenHandle(Path.Combine(_directory.FullName, "sync"), FileMode.Create, FileAccess.Write);
        var times = new double[rounds];
        for (var round = 0; round < rounds; round++)
        {
            var begun = Stopwatch.GetTimestamp();
            RandomAccess.Write(file, new byte[600], round * 600L);
            RandomAccess.FlushToDisk(file);
            times[round] = Time.MillisecondsSince(begun);
        }

        return new Distribution(times).Median;
    }

    /// <summary>Starts <c>standalone</c>: an API server with everything in it.</summary>
    public Task<ApiServerProcess> StartStandaloneAsync(string name, CancellationToken cancellation) =>
        StartServerAsync(name, ["standalone", "--in-process", "--name", name], cancellation);

    /// <summary>The same as a cluster is before anything was installed: what the operator installs is run, each pod a process, and there is no operator.</summary>
    public Task<ApiServerProcess> StartEmptyAsync(string name, CancellationToken cancellation) =>
        StartServerAsync(name, ["standalone", "--without", InstallScenario.Operator, "--name", name], cancellation);

    /// <summary>Starts a controller as a process of its own.</summary>
    public Task<ControllerProcess> StartControllerAsync(string command, ApiServerProcess host, CancellationToken cancellation, params string[] arguments) =>
        StartControllerAsync(command, host.KubeconfigFile, elect: true, cancellation, arguments);

    /// <summary>The same through a proxy, with or without a lease.</summary>
    public async Task<ControllerProcess> StartControllerAsync(string command, FaultProxy proxy, bool elect, CancellationToken cancellation)
    {
        var kubeconfig = Path.Combine(_directory.FullName, $"{command}-{proxy.Client.Server.Port}.kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, proxy.Kubeconfig(), cancellation);
        return await StartControllerAsync(command, kubeconfig, elect, cancellation);
    }

    private async Task<ControllerProcess> StartControllerAsync(
        string command, string kubeconfig, bool elect, CancellationToken cancellation, params string[] arguments)
    {
        var metrics = FreePort();
        var probes = FreePort();
        var controller = new ControllerProcess(
            Start(command,
            [
                command, "--kubeconfig", kubeconfig, $"--leader-elect={(elect ? "true" : "false")}",
                "--metrics-bind-address", $"127.0.0.1:{metrics}", "--health-probe-bind-address", $"127.0.0.1:{probes}", .. arguments,
            ]),
            new Uri($"http://127.0.0.1:{metrics}/metrics"),
            _probe);
        var readyz = new Uri($"http://127.0.0.1:{probes}/readyz");
        controller.ReadyAt = await UntilAsync(controller.Process, $"{command} is ready", token => _probe.AnswersAsync(readyz, token), cancellation);
        return controller;
    }

    /// <summary>Starts this very program with one informer, and with the settings that the measured program has.</summary>
    public ChildProcess StartInformer(string kind, ApiServerProcess host)
    {
        var settings = new Dictionary<string, string>
        {
            ["DOTNET_gcConcurrent"] = "0",
            ["DOTNET_GCgen0MaxBudget"] = "400000",
            ["DOTNET_TieredPGO"] = "0",
        };
        var process = ChildProcess.Start($"informer of {kind}", Environment.ProcessPath!, settings, [InformerProcess.Name, kind, host.KubeconfigFile]);
        _processes.Add(process);
        return process;
    }

    /// <summary>Ends a process, orderly.</summary>
    public async Task EndAsync(ChildProcess process)
    {
        _processes.Remove(process);
        await process.DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Controllers first: they have leases to give back.
        foreach (var process in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }

        _probe.Dispose();
        _directory.Delete(recursive: true);
    }

    private async Task<ApiServerProcess> StartServerAsync(string name, string[] arguments, CancellationToken cancellation)
    {
        var port = FreePort();
        var kubeconfig = Path.Combine(_directory.FullName, $"{name}.kubeconfig");
        var process = Start(name, [.. arguments, "--port", port.ToString(CultureInfo.InvariantCulture), "--write-kubeconfig", kubeconfig]);
        var server = new ApiServerProcess(name, process, kubeconfig, port);
        var readyz = new Uri($"https://127.0.0.1:{port}/readyz");
        server.ReadyAt = await UntilAsync(process, $"{name} answers", token => _probe.AnswersAsync(readyz, token), cancellation);
        await UntilAsync(process, $"{name} has written its kubeconfig", _ => Task.FromResult(server.TryConnect()), cancellation);
        return server;
    }

    /// <summary>Starts a killed tenant again, at its address and with its authority.</summary>
    public async Task RestartTenantAsync(ApiServerProcess tenant, CancellationToken cancellation)
    {
        _processes.Remove(tenant.Process);
        await tenant.Process.DisposeAsync();
        tenant.Process = Start(tenant.Name,
            ["standalone", "tenant", tenant.Name, "--port", tenant.Port.ToString(CultureInfo.InvariantCulture), "--write-kubeconfig", tenant.KubeconfigFile]);
        var readyz = new Uri($"https://127.0.0.1:{tenant.Port}/readyz");
        await UntilAsync(tenant.Process, $"{tenant.Name} answers", token => _probe.AnswersAsync(readyz, token), cancellation);
    }

    private ChildProcess Start(string name, IEnumerable<string> arguments)
    {
        // As in the image.
        var environment = new Dictionary<string, string> { ["XDG_STATE_HOME"] = _directory.FullName, ["MALLOC_ARENA_MAX"] = "2" };
        var process = ChildProcess.Start(name, executable, environment, arguments);
        _processes.Add(process);
        return process;
    }

    private static Task<long> UntilAsync(
        ChildProcess process, string what, Func<CancellationToken, Task<bool>> holds, CancellationToken cancellation) => Wait.UntilAsync(
        what,
        async token =>
        {
            process.ThrowIfEnded();
            return await holds(token);
        },
        StartLimit,
        cancellation,
        everyMilliseconds: 2);

    /// <summary>A port that nobody has at the moment.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>An API server in a process of its own.</summary>
internal sealed class ApiServerProcess(string name, ChildProcess process, string kubeconfigFile, int port)
{
    private ClientConfiguration? _configuration;

    public string Name { get; } = name;

    public int Port { get; } = port;

    public string KubeconfigFile { get; } = kubeconfigFile;

    public ChildProcess Process { get; set; } = process;

    /// <summary>When it answered for the first time, as a timestamp.</summary>
    public long ReadyAt { get; set; }

    /// <summary>A new client, with an administrator's rights.</summary>
    public KubernetesClient Connect() => new(Configuration);

    /// <summary>An administrator's way to it.</summary>
    public ClientConfiguration Configuration => _configuration ?? throw new InvalidOperationException("the kubeconfig is not there yet");

    /// <summary>Reads the kubeconfig, which is written after the server has begun to answer.</summary>
    public bool TryConnect()
    {
        if (!File.Exists(KubeconfigFile))
        {
            return false;
        }

        _configuration = KubeconfigLoader.Load(KubeconfigFile);
        return true;
    }
}

/// <summary>A controller in a process of its own.</summary>
internal sealed class ControllerProcess(ChildProcess process, Uri metrics, Probe probe)
{
    public ChildProcess Process { get; } = process;

    /// <summary>When it said for the first time that it is ready, as a timestamp.</summary>
    public long ReadyAt { get; set; }

    /// <summary>Whether it says that it holds its lease.</summary>
    public async Task<bool> IsLeaderAsync(CancellationToken cancellation) =>
        PrometheusText.Read(await probe.ReadAsync(metrics, cancellation), "leader_election_master_status").Any(sample => sample.Value == 1);

    /// <summary>Its managed heap in MiB, as the last collection left it.</summary>
    public async Task<double> HeapMebibytesAsync(CancellationToken cancellation) =>
        PrometheusText.Read(await probe.ReadAsync(metrics, cancellation), "dotnet_gc_heap_bytes").Sum(sample => sample.Value) / (1 << 20);

    /// <summary>Whether it has reconciled anything yet.</summary>
    public async Task<bool> HasReconciledAsync(CancellationToken cancellation)
    {
        var text = await probe.ReadAsync(metrics, cancellation);
        return PrometheusText.Read(text, "controller_runtime_reconcile_total").Any(sample => sample.Value > 0);
    }
}
