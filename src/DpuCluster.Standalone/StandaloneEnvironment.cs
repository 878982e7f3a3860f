using DpuCluster.ClusterManager.Kamaji;
using DpuCluster.ClusterManager.Static;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Controllers.Leases;
using DpuCluster.Kubernetes;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Operator;
using DpuCluster.Provisioning;
using DpuCluster.Standalone.KamajiStandIn;
using DpuCluster.Standalone.Nodes;
using DpuCluster.Standalone.Pods;
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

    /// <summary>
    /// How long controllers may take to finish when the environment ends, before they are cut short: nobody waits longer for Ctrl-C, and what
    /// they would finish is over with the environment.
    /// </summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private static readonly string[] AllControllers = [.. SystemParts.Components.Select(component => component.Role.Controller)];
    private static readonly string[] AllStandIns = [ControllerName.Kamaji, ControllerName.Nodes];

    /// <summary>How the controllers are composed where they run in this process.</summary>
    private static readonly Dictionary<string, Func<ControllerHostBuilder, ControllerHostBuilder>> InProcessParts = new()
    {
        [ProvisioningHost.Role.Controller] = builder => builder.Lease(ProvisioningHost.LeaseName).AddProvisioning(),
        [StaticClusterManagerHost.Role.Controller] = builder => builder.Lease(StaticClusterManagerHost.LeaseName).AddStaticClusterManager(),
        [KamajiClusterManagerHost.Role.Controller] = builder => builder.Lease(KamajiClusterManagerHost.LeaseName).AddKamajiClusterManager(),
    };

    private readonly ControlPlane _hostCluster;
    private readonly PodRunner _runner;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];

    private StandaloneEnvironment(ControlPlane hostCluster, PodRunner runner, StandaloneOptions options)
    {
        (_hostCluster, _runner) = (hostCluster, runner);
        DataDirectory = options.DataDirectory;
        RunsOperator = !options.Without.Contains(ControllerName.Operator);
        RunsProcesses = options.Executable.Count > 0;
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

    /// <summary>Whether the operator runs, in this process.</summary>
    public bool RunsOperator { get; }

    /// <summary>
    /// Names of the controllers whose pods are run, where the operator installs them: as the DPFOperatorConfig asks. Without
    /// <see cref="RunsPods"/> none is.
    /// </summary>
    public IReadOnlyList<string> Controllers { get; }

    /// <summary>Whether there is somebody who runs pods: the stand-in for nodes.</summary>
    public bool RunsPods => StandIns.Contains(ControllerName.Nodes);

    /// <summary>Whether each pod that is run is a process of its own.</summary>
    public bool RunsProcesses { get; }

    /// <summary>Names of the stand-ins that run, for what would need a container runtime.</summary>
    public IReadOnlyList<string> StandIns { get; }

    /// <summary>
    /// Starts an environment; when this completes, the API server, the operator and the stand-ins run. The controllers follow, as the operator
    /// installs them: their DPFOperatorConfig is <c>Ready</c> when all are there.
    /// </summary>
    /// <exception cref="UserErrorException">The name, the port or the file cannot be used, or there is no such part to leave out.</exception>
    public static async Task<StandaloneEnvironment> StartAsync(StandaloneOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckParts(options.Without);
        var logs = new PodLogs();
        var hostCluster = await ControlPlane.StartAsync(options, $"dpucluster-{options.Name}", logs, cancellation).ConfigureAwait(false);
        var runner = new PodRunner(
            KamajiOptions.DefaultImage,
            SystemParts.Components.Where(component => !options.Without.Contains(component.Role.Controller)),
            new KubernetesClient(hostCluster.Connect(Installation.UserOf(ControllerName.Nodes)), new() { Clock = options.Clock }),
            options.Executable.Count > 0 ? new ChildProcesses(options.Executable) : new InThisProcess(InProcessParts, options),
            logs,
            hostCluster.PodDirectory,
            options.Clock);
        var environment = new StandaloneEnvironment(hostCluster, runner, options);
        try
        {
            await environment.EnsureInstalledAsync(options, cancellation).ConfigureAwait(false);

            // There is one of each wherever there is an environment: nobody to elect a leader among.
            var tenants = options.DataDirectory is { } data ? Path.Combine(data, TenantsDirectory) : null;
            environment.Run(ControllerName.Nodes, options, builder => builder.AddNodes().AddWorkloads(runner), elect: false);
            environment.Run(ControllerName.Kamaji, options, builder => builder.AddKamajiStandIn(tenants), elect: false);

            // One pod of each controller: with this machine everything ends anyway.
            var components = SystemParts.Components.Select(component => component with { Role = options.ChangeRole(component.Role) }).ToList();
            environment.Run(ControllerName.Operator, options, builder => builder.Lease(OperatorHost.LeaseName)
                .AddOperator(new() { Components = components, Image = KamajiOptions.DefaultImage, Replicas = 1 }));
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

        // First the controllers, all at once, which give their leases back; then the server that they talk to.
        await Task.WhenAll([_runner.EndAllAsync(Grace), .. _running]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _runner.Dispose();
        await _hostCluster.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private static void CheckParts(IReadOnlyCollection<string> without)
    {
        string[] all = [ControllerName.Operator, .. AllControllers, .. AllStandIns];
        if (without.Except(all).FirstOrDefault() is { } unknown)
        {
            throw new UserErrorException($"\"{unknown}\" is no part that could be left out", $"leave out any of {string.Join(", ", all)}");
        }
    }

    /// <summary>
    /// Installs, and once more where a connection breaks: server and client end some by themselves when the machine gives them no time for
    /// seconds. All of it may be done twice.
    /// </summary>
    private async Task EnsureInstalledAsync(StandaloneOptions options, CancellationToken cancellation)
    {
        const int most = 5;
        for (var tries = 1; ; tries++)
        {
            try
            {
                await InstallAsync(options, cancellation).ConfigureAwait(false);
                return;
            }
            catch (HttpRequestException) when (tries < most)
            {
                // The last one is told.
            }
        }
    }

    private async Task InstallAsync(StandaloneOptions options, CancellationToken cancellation)
    {
        using var admin = new KubernetesClient(_hostCluster.Connect("kubernetes-admin", "system:masters"), new() { Clock = options.Clock });

        // Roles of parts that are left out too: somebody runs these elsewhere.
        await new Installation(admin).InstallAsync(
            SystemNamespace,
            [SystemParts.Operator, KamajiHost.Role, NodeHost.Role],
            SystemParts.Components.Select(component => component.Role),
            cancellation).ConfigureAwait(false);
        if (RunsPods)
        {
            await NodeHost.RegisterAsync(admin, options.Clock, cancellation).ConfigureAwait(false);
        }
    }

    private void Run(string name, StandaloneOptions options, Func<ControllerHostBuilder, ControllerHostBuilder> compose, bool elect = true)
    {
        if (options.Without.Contains(name))
        {
            return;
        }

        var host = new ControllerHostOptions
        {
            Name = name,
            Client = _hostCluster.Connect(Installation.UserOf(name)),
            LeaderElect = elect,
            LeaseNamespace = SystemNamespace,

            // One that was killed, or has lost its lease, cannot give it back. Its successor is here, or in the same directory, which only one has
            // at a time.
            LeaseIdentity = $"{Environment.MachineName}_{_hostCluster.Name}",
            MetricsBindAddress = "0",
            HealthProbeBindAddress = "0",
            ShutdownTimeout = Grace,
            Clock = options.Clock,
            LoggerFactory = options.LoggerFactory,
        };
        _running.Add(KeepAsync(() => compose(ControllerHost.CreateBuilder(host)).Build()));
    }

    /// <summary>Runs a host until the environment ends, and another in its place when it has lost its lease, as a pod would be started again.</summary>
    private async Task KeepAsync(Func<ControllerHost> build)
    {
        while (true)
        {
            try
            {
                await build().RunAsync(_stop.Token).ConfigureAwait(false);
                return;
            }
            catch (LeadershipLostException) when (!_stop.IsCancellationRequested)
            {
                // The host has said so in the log. The next one acts when nobody else holds the lease.
            }
        }
    }
}
