using DpuCluster.Api;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Controllers.Permissions;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Provisioning.Health;
using DpuCluster.Provisioning.OlderGroup;

namespace DpuCluster.Provisioning;

/// <summary>Composes the provisioning controller into a process.</summary>
public static class ProvisioningHost
{
    /// <summary>Name of the lease that the one acting provisioning controller holds.</summary>
    public const string LeaseName = "dpucluster-provisioning.dpu.nvidia.com";

    /// <summary>What the process may do.</summary>
    public static ControllerRole Role { get; } = new(
        "provisioning-controller",
        PermissionList.Merge([
            new("Its finalizer goes to the object.", DPUCluster.Resource.Group, ["dpuclusters"], ["list", "watch", "patch"]),
            new("Phase, conditions, version and node count go to the status.", DPUCluster.Resource.Group, ["dpuclusters/status"], ["patch"]),
            new("The admin kubeconfigs, and their rotation.", "", ["secrets"], ["get", "list", "watch"]),
            .. OlderGroupHost.Permissions,
            Permission.Events,
        ]),
        Permission.Lease(LeaseName));

    private const string BySecret = "secret";

    /// <summary>
    /// Adds the controller that keeps phase, <c>Ready</c>, version and node count of every DPUCluster true, and the one that mirrors the older
    /// group.
    /// </summary>
    /// <param name="builder">The host.</param>
    /// <param name="options">Intervals and what is allowed; the defaults where absent.</param>
    public static ControllerHostBuilder AddProvisioning(this ControllerHostBuilder builder, ProvisioningOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        options ??= new();
        ControlPlanes? controlPlanes = null;
        if (options.MirrorOlderGroup)
        {
            builder.AddController(OlderGroupHost.Create);
        }

        return builder
            .AddController(context => Create(context, options, out controlPlanes))

            // Not when the lease is lost: while the API server is away, health is checked all the same, and known when it is back.
            .AddCleanUp(() => controlPlanes!.DisposeAsync());
    }

    private static Controller Create(ControllerContext context, ProvisioningOptions options, out ControlPlanes controlPlanes)
    {
        var clusters = context.Informers.For<DPUCluster>();
        clusters.AddIndex(BySecret, cluster => [SecretOf(cluster)]);
        var secrets = context.Informers.Metadata(Secret.Resource, optional: true);
        var logger = context.LoggerFactory.CreateLogger("DpuCluster.Provisioning");
        Controller? controller = null;
        controlPlanes = new ControlPlanes(
            context.Client.Resources<Secret>(),
            secrets,
            kubeconfig => Connect(kubeconfig, context, options),
            options,
            context.Clock,
            logger,
            key => controller!.Enqueue(key));
        var writer = context.Writer<DPUCluster>();
        var reconciler = new ProvisioningReconciler(
            clusters.Store.Find,
            controlPlanes,
            writer,
            new StatusWriter<DPUCluster>(writer, ProvisioningReconciler.FieldManager),
            new ClusterAnnouncer(context.Events, context.Clock),
            context.Clock);
        ClusterMetrics.Register(context.Meter, clusters.Store, controlPlanes);
        controller = context.Controller("dpucluster")
            .For(clusters)
            .Watches(secrets, secret => clusters.Store.ByIndex(BySecret, secret.Key.ToString()).Select(cluster => cluster.Key))
            .Build(reconciler);
        return controller;
    }

    private static KubernetesControlPlane Connect(Client.DpuKubeconfig kubeconfig, ControllerContext context, ProvisioningOptions options)
    {
        var client = new KubernetesClientOptions
        {
            Clock = context.Clock,

            // Those of a thousand clusters must not be replaced at the same time.
            ConnectionLifetime = new KubernetesClientOptions().ConnectionLifetime * (0.8 + (Random.Shared.NextDouble() * 0.4)),

            // A check is repeated by the monitor, which counts its failures: the client must not hide any.
            MaxRetries = 0,

            // It also decides when a check has taken too long. With two limits of one length either might be first, and the cause,
            // which is written to the status, would change its words from check to check.
            RequestTimeout = 2 * options.Health.Timeout,
        };

        // A connection that takes no new requests any more stays as long as a watch is open on it, and checks make another one beside it. Where
        // the watch ends then, the next one is opened on the new connection: each control plane has one, which is most of what it costs.
        return new(new KubernetesClient(kubeconfig.Configuration, client), kubeconfig, watchFor: client.ConnectionLifetime + TimeSpan.FromSeconds(1));
    }

    private static string SecretOf(DPUCluster cluster) =>
        new NamespacedName(cluster.Metadata.Namespace ?? "", cluster.Spec.Kubeconfig ?? "").ToString();
}
