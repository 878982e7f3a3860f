using System.Collections.Concurrent;
using System.Globalization;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Kubeconfig;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing;

namespace DpuCluster.EndToEnd.Chaos;

/// <summary>
/// A standalone environment that keeps its data, two replicas of every controller beside it, and control planes to adopt: each a process of
/// its own.
/// </summary>
internal sealed class ChaosSite : IAsyncDisposable
{
    public const string Namespace = KamajiCluster.SystemNamespace;

    /// <summary>Enough for anything on a machine that others use too.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly WriteOptions AsChaos = new() { FieldManager = "chaos", Force = true };

    private readonly string _port;
    private RunningProcess _server;

    private ChaosSite(Executable executable, RunningProcess server, string kubeconfig)
    {
        (Executable, _server, Kubectl) = (executable, server, new Kubectl(kubeconfig));
        Connection = KubeconfigLoader.Load(kubeconfig);
        Host = new KubernetesClient(Connection, new() { MaxRetries = 0, RequestTimeout = TimeSpan.FromSeconds(20) });
        _port = Connection.Server.Port.ToString(CultureInfo.InvariantCulture);
    }

    public Executable Executable { get; }

    public Kubectl Kubectl { get; }

    public ClientConfiguration Connection { get; }

    /// <summary>An administrator who goes through no proxy.</summary>
    public KubernetesClient Host { get; }

    public List<Replica> Replicas { get; } = [];

    public List<Tenant> Tenants { get; } = [];

    /// <summary>What the server has changed for replicas.</summary>
    public ConcurrentQueue<Written> Written { get; } = [];

    /// <summary>When a replica has last changed anything but a lease or an event, as a timestamp.</summary>
    public long LastWritten { get; private set; }

    public static async Task<ChaosSite> StartAsync(int tenants)
    {
        var executable = new Executable();
        var kubeconfig = executable.File("host.conf");
        var server = executable.Start(ServerArguments(executable, port: "0"));
        await server.HasSaid("kubectl get dpuclusters", Patience);
        var site = new ChaosSite(executable, server, kubeconfig);
        foreach (var part in Part.All)
        {
            await site.StartReplicasAsync(part);
        }

        for (var i = 0; i < tenants; i++)
        {
            site.Tenants.Add(new Tenant(executable, $"tenant-{i}"));
        }

        await Task.WhenAll(site.Tenants.Select(tenant => tenant.Start()));
        return site;
    }

    /// <summary>Restarts the server: in order, or killed.</summary>
    public async Task RestartServerAsync(bool kill, TimeSpan pause)
    {
        if (kill)
        {
            await _server.KillAsync();
        }
        else
        {
            await _server.SignalAsync("TERM");
            (await _server.WaitForExitAsync().WaitAsync(Patience)).ShouldBe(0, _server.Said);
        }

        await _server.DisposeAsync();
        await Task.Delay(pause);
        _server = Executable.Start(ServerArguments(Executable, _port));
        await _server.HasSaid("kubectl get dpuclusters", Patience);
    }

    /// <summary>Does something that the server may be too busy breaking to do: again and again, until it is done.</summary>
    public static async Task InsistAsync(Func<Task> act) => await Eventually.Get(
        async () =>
        {
            await act();
            return true;
        },
        _ => true,
        "the server does what it is asked",
        Patience);

    /// <summary>Puts into the Secret of a static cluster what somebody thinks is a kubeconfig.</summary>
    public Task PutSecretAsync(string name, byte[] kubeconfig) => Host.Resources<Secret>().ApplyAsync(
        new()
        {
            Metadata = new() { Namespace = Namespace, Name = name },
            Data = new Dictionary<string, byte[]> { ["admin.conf"] = kubeconfig },
        },
        AsChaos,
        default);

    public Task CreateStaticAsync(string name) => Host.Resources<DPUCluster>().ApplyAsync(
        new()
        {
            Metadata = new() { Namespace = Namespace, Name = name },
            Spec = new() { Type = ClusterType.Static, Kubeconfig = name, MaxNodes = 10 },
        },
        AsChaos,
        default);

    /// <summary>A cluster of type kamaji, whether it is there or not.</summary>
    public KamajiCluster Kamaji(string name) => new(Kubectl, Executable, name);

    public async Task DeleteAsync<T>(string name)
        where T : class, IKubernetesObject<T>
    {
        try
        {
            await Host.Resources<T>().DeleteAsync(Namespace, name, null, default);
        }
        catch (KubernetesException exception) when (exception.IsNotFound)
        {
            // It is what was wanted.
        }
    }

    /// <summary>Everything in the namespace that belongs to clusters, by kind and name. What the operator installs has names of its own.</summary>
    public async Task<string> InventoryAsync() => string.Join('\n', (await Kubectl.Run($"-n {Namespace} get {KamajiCluster.Kinds} -o name").Output())
        .Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.Contains("/dpucluster-", StringComparison.Ordinal)));

    /// <summary>Directories that the control planes of Kamaji have on the disk.</summary>
    public IEnumerable<string> TenantDirectories() =>
        Directory.Exists(Executable.File("data/tenants")) ? Directory.EnumerateFileSystemEntries(Executable.File("data/tenants"), "*", SearchOption.AllDirectories).Where(File.Exists) : [];

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in Replicas)
        {
            await replica.DisposeAsync();
        }

        foreach (var tenant in Tenants)
        {
            await tenant.DisposeAsync();
        }

        Host.Dispose();
        await _server.DisposeAsync();
        Executable.Dispose();
    }

    private static string[] ServerArguments(Executable executable, string port) =>
    [
        "standalone", "--write-kubeconfig", executable.File("host.conf"), "--data-dir", executable.File("data"), "--port", port,
        .. Part.All.SelectMany(part => new[] { "--without", part.Command }),
    ];

    private async Task StartReplicasAsync(Part part)
    {
        // The operator installs accounts and roles, a moment after the environment has started; what it deploys is left out here.
        var made = await Eventually.Get(
            () => Kubectl.Run($"-n {Namespace} create token dpucluster-{part.Command} --duration=24h"), token => token.ExitCode == 0, $"{part.Command} has an account", Patience);
        var token = made.Output.Trim();
        var withoutCredentials = new ClientConfiguration { Server = Connection.Server, CertificateAuthorities = Connection.CertificateAuthorities };
        for (var number = 1; number <= 2; number++)
        {
            Replicas.Add(await Replica.StartAsync(part, number, Executable, withoutCredentials, token, Take));
        }
    }

    private void Take(Written written)
    {
        Written.Enqueue(written);
        if (written.Resource is not ("leases" or "events"))
        {
            LastWritten = System.Diagnostics.Stopwatch.GetTimestamp();
        }
    }
}
