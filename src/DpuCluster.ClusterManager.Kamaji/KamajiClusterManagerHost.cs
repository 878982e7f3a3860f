using DpuCluster.Api;
using DpuCluster.ClusterManager.Kamaji.Children;
using DpuCluster.ClusterManager.Kamaji.Endpoints;
using DpuCluster.ClusterManager.Kamaji.Observing;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Controllers.Informers;
using DpuCluster.Controllers.Permissions;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using Microsoft.Extensions.Logging;

namespace DpuCluster.ClusterManager.Kamaji;

/// <summary>Composes the Kamaji cluster manager into a process.</summary>
public static class KamajiClusterManagerHost
{
    /// <summary>Name of the lease that the one acting Kamaji cluster manager holds: the reference implementation's.</summary>
    public const string LeaseName = "204fbe18.dpu.nvidia.com";

    private static readonly string[] OfChildren = ["get", "list", "watch", "create", "patch", "delete"];

    /// <summary>What the process may do.</summary>
    public static ControllerRole Role { get; } = new(
        "kamaji-cluster-manager",
        [
            .. ClusterManagerPermissions.Clusters,
            new("The control planes of clusters. Server-side apply is a patch, and a create where the object does not exist.",
                TenantControlPlane.Resource.Group, ["tenantcontrolplanes"], OfChildren),
            new("The Services that control planes are reached by, and the configuration of keepalived.", "", ["services", "configmaps"], OfChildren),
            new("The pods of keepalived.", "apps", ["daemonsets"], OfChildren),
            new("Whether Kamaji has written the admin kubeconfig. Without this rule Kamaji's status is believed.", "", ["secrets"], ["get", "list", "watch"]),
            new("Which control-plane nodes a selector matches. Without this rule the status of the DaemonSet tells.", "", ["nodes"], ["list", "watch"]),
            Permission.Events,
        ],
        Permission.Lease(LeaseName));

    private const string ByClaim = "claim";

    /// <summary>Only objects that were made for a cluster: there may be very many others.</summary>
    private static readonly InformerScope Ours = new() { LabelSelector = ChildObjects.ClusterLabel };

    /// <summary>Adds the manager of the clusters of type <c>kamaji</c>.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="options">Images; the defaults where absent.</param>
    public static ControllerHostBuilder AddKamajiClusterManager(this ControllerHostBuilder builder, KamajiOptions? options = null) =>
        builder.AddClusterManager(context => Create(context, options ?? new()), Watch);

    private static KamajiClusterManager Create(ControllerContext context, KamajiOptions options)
    {
        var clusters = context.Informers.For<DPUCluster>();
        clusters.AddIndex(ByClaim, EndpointConflict.ClaimsOf);
        return new KamajiClusterManager(
            new KamajiChildren(
                Children<Service>(context), Children<TenantControlPlane>(context), Children<ConfigMap>(context), Children<DaemonSet>(context), options),
            new AdminKubeconfig(context.Client.Resources<Secret>(), Secrets(context)),
            Tenants(context),
            NodesOf(context),
            cluster => Claimants(clusters, cluster));
    }

    private static void Watch(ControllerBuilder controller, ControllerContext context)
    {
        var clusters = context.Informers.For<DPUCluster>();
        controller
            .Watches(context.Informers.For<Service>(Ours), ChildObjects.OwnersOf)
            .Watches(Tenants(context), ChildObjects.OwnersOf)
            .Watches(context.Informers.For<ConfigMap>(Ours), ChildObjects.OwnersOf)
            .Watches(context.Informers.For<DaemonSet>(Ours), ChildObjects.OwnersOf)
            .Watches(Secrets(context), ClusterOfSecret)

            // Where one claims something else, or goes, others may no longer have to wait.
            .Watches(
                clusters,
                cluster => Claimants(clusters, cluster).Where(other => other.Key != cluster.Key).Select(other => other.Key),
                Predicates.GenerationChanged)
            .Watches(
                NodesOf(context),
                _ => clusters.Store.All.Where(cluster => cluster.Spec is { Type: ClusterType.Kamaji, ClusterEndpoint.Keepalived: not null }).Select(cluster => cluster.Key),
                Predicates.LabelsChanged);
    }

    private static ChildSet<T> Children<T>(ControllerContext context)
        where T : class, IKubernetesObject<T> =>
        new(
            typeof(T) == typeof(TenantControlPlane) ? (Informer<T>)(object)Tenants(context) : context.Informers.For<T>(Ours),
            context.Client.Resources<T>(),
            context.Writer<T>(),
            context.LoggerFactory.CreateLogger<KamajiClusterManager>());

    /// <summary>Optional: Kamaji may be installed after this manager.</summary>
    private static Informer<TenantControlPlane> Tenants(ControllerContext context) => context.Informers.For<TenantControlPlane>(Ours, optional: true);

    private static Informer<PartialObjectMetadata> Secrets(ControllerContext context) => context.Informers.Metadata(Secret.Resource, optional: true);

    private static Informer<PartialObjectMetadata> NodesOf(ControllerContext context) => context.Informers.Metadata(Node.Resource, optional: true);

    private static IEnumerable<NamespacedName> ClusterOfSecret(PartialObjectMetadata secret)
    {
        const string suffix = ChildObjects.AdminKubeconfigSuffix;
        var name = secret.Metadata.Name ?? "";
        return name.EndsWith(suffix, StringComparison.Ordinal) ? [new(secret.Metadata.Namespace ?? "", name[..^suffix.Length])] : [];
    }

    private static IEnumerable<DPUCluster> Claimants(Informer<DPUCluster> clusters, DPUCluster cluster) =>
        EndpointConflict.ClaimsOf(cluster).SelectMany(claim => clusters.Store.ByIndex(ByClaim, claim)).DistinctBy(other => other.Key);
}
