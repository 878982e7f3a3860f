using DpuCluster.ClusterManager.Kamaji;
using DpuCluster.ClusterManager.Static;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Controllers.Permissions;
using DpuCluster.Kubernetes;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Provisioning;
using DpuCluster.Standalone.KamajiStandIn;
using DpuCluster.Standalone.Nodes;
using DpuCluster.Standalone.Workloads;

namespace DpuCluster.Standalone;

/// <summary>
/// The whole system on one machine with nothing installed: a host cluster's API server, the CRDs, and the controllers as ordinary
/// clients of it, each with a certificate and a role of its own.
/// </summary>
public sealed class StandaloneEnvironment : IAsyncDisposable
{
    /// <summary>The namespace that DPF lives in.</summary>
    public const string SystemNamespace = "dpf-operator-system";

    /// <summary>Where in a data directory the tenants have theirs.</summary>
    private const string TenantsDirectory = "tenants";

    private readonly ControlPlane _hostCluster;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];

    private static readonly string[] AllControllers = [ControllerName.Provisioning, ControllerName.StaticManager, ControllerName.KamajiManager];
    private static readonly string[] AllStandIns = [ControllerName.Kamaji, ControllerName.Nodes];

    private StandaloneEnvironment(ControlPlane hostCluster, StandaloneOptions options)
    {
        _hostCluster = hostCluster;
        DataDirectory = options.DataDirectory;
        Controllers = [.. AllControllers.Except(options.Without)];
        StandIns = [.. AllStandIns.Except(options.Without)];
    }

    /// <summary>Name of the host cluster, and of its context in the kubeconfig.</summary>
    public string Name => _hostCluster.Name;

    /// <summary>Where the host cluster's API server is reached.</summary>
    public Uri Address => _hostCluster.Server.Address;

    /// <summary>The file that has the admin kubeconfig of the host cluster.</summary>
    public string KubeconfigFile => _hostCluster.KubeconfigFile;

    /// <summary>Where everything is kept for the next time; <see langword="null"/>: in memory.</summary>
    public string? DataDirectory { get; }

    /// <summary>Names of the controllers that run.</summary>
    public IReadOnlyList<string> Controllers { get; }

    /// <summary>Names of the stand-ins that run, for what would need a container runtime.</summary>
    public IReadOnlyList<string> StandIns { get; }

    /// <summary>Starts an environment; when this completes, everything runs.</summary>
    /// <exception cref="UserErrorException">The name, the port or the file cannot be used, or there is no such part to leave out.</exception>
    public static async Task<StandaloneEnvironment> StartAsync(StandaloneOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckParts(options.Without);
        var hostCluster = await ControlPlane.StartAsync(options, $"dpucluster-{options.Name}", new SimulatedPodLogs(), cancellation).ConfigureAwait(false);
        var environment = new StandaloneEnvironment(hostCluster, options);
        IEnumerable<ControllerRole> roles =
            [.. SystemParts.Components.Select(component => options.ChangeRole(component.Role)), KamajiHost.Role, NodeHost.Role];
        try
        {
            using (var admin = new KubernetesClient(hostCluster.Connect("kubernetes-admin", "system:masters"), new() { Clock = options.Clock }))
            {
                // Roles of parts that are left out too: somebody runs these elsewhere.
                await new Installation(admin).InstallAsync(SystemNamespace, roles, cancellation).ConfigureAwait(false);
                if (environment.StandIns.Contains(ControllerName.Nodes))
                {
                    await NodeHost.RegisterAsync(admin, options.Clock, cancellation).ConfigureAwait(false);
                }
            }

            environment.Run(ControllerName.Provisioning, options, builder => builder.Lease(ProvisioningHost.LeaseName).AddProvisioning());
            environment.Run(ControllerName.StaticManager, options, builder => builder.Lease(StaticClusterManagerHost.LeaseName).AddStaticClusterManager());
            environment.Run(ControllerName.KamajiManager, options, builder => builder.Lease(KamajiClusterManagerHost.LeaseName).AddKamajiClusterManager());

            // There is one of each wherever there is an environment: nobody to elect a leader among.
            environment.Run(ControllerName.Nodes, options, builder => builder.AddNodes().AddWorkloads(NoPodRunner.Instance), elect: false);
            environment.Run(ControllerName.Kamaji, options, builder => builder.AddKamajiStandIn(options.DataDirectory is { } data ? Path.Combine(data, TenantsDirectory) : null), elect: false);
            return environment;
        }
        catch
        {
            await environment.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="Exception">A controller ended by itself, with its exception.</exception>
    public async Task RunUntilAsync(CancellationToken cancellation)
    {
        var ended = await Task.WhenAny([Cancelled.WaitAsync(cancellation), .. _running]).ConfigureAwait(false);
        await ended.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        // First the controllers, which give their leases back; then the server that they talk to.
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _hostCluster.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private static void CheckParts(IReadOnlyCollection<string> without)
    {
        string[] all = [.. AllControllers, .. AllStandIns];
        if (without.Except(all).FirstOrDefault() is { } unknown)
        {
            throw new UserErrorException($"\"{unknown}\" is no part that could be left out", $"leave out any of {string.Join(", ", all)}");
        }
    }

    private void Run(string name, StandaloneOptions options, Func<ControllerHostBuilder, ControllerHostBuilder> compose, bool elect = true)
    {
        if (options.Without.Contains(name))
        {
            return;
        }

        var host = compose(ControllerHost.CreateBuilder(new()
        {
            Name = name,
            Client = _hostCluster.Connect(Installation.UserOf(name)),
            LeaderElect = elect,
            LeaseNamespace = SystemNamespace,

            // One that was killed cannot give its lease back. Its successor is the one in the same directory, which only one has at a time.
            LeaseIdentity = options.DataDirectory is null ? null : $"{Environment.MachineName}_{_hostCluster.Name}",
            MetricsBindAddress = "0",
            HealthProbeBindAddress = "0",
            Clock = options.Clock,
            LoggerFactory = options.LoggerFactory,
        })).Build();
        _running.Add(host.RunAsync(_stop.Token));
    }
}
