using DpuCluster.Api;
using DpuCluster.Client;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Controllers.Permissions;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using Microsoft.Extensions.Logging;

namespace DpuCluster.ClusterManager.Static;

/// <summary>Composes the static cluster manager into a process.</summary>
public static class StaticClusterManagerHost
{
    /// <summary>Name of the lease that the one acting static cluster manager holds: the reference implementation's.</summary>
    public const string LeaseName = "507jei28.dpu.nvidia.com";

    /// <summary>What the process may do.</summary>
    public static ControllerRole Role { get; } = new(
        "static-cluster-manager",
        [
            .. ClusterManagerPermissions.Clusters,
            new("The admin kubeconfigs that users supply. Without this rule, clusters are judged by spec.kubeconfig alone.",
                "", ["secrets"], ["get", "list", "watch"]),
            Permission.Events,
        ],
        Permission.Lease(LeaseName));

    private const string BySecret = "secret";

    /// <summary>Adds the manager of the clusters of type <c>static</c>.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="options">What kubeconfigs may say beyond the rules; nothing where absent.</param>
    public static ControllerHostBuilder AddStaticClusterManager(this ControllerHostBuilder builder, DpuKubeconfigOptions? options = null) =>
        builder.AddClusterManager(
            context =>
            {
                var versions = context.Informers.Metadata(Secret.Resource, optional: true);
                return new StaticClusterManager(
                    context.Client.Resources<Secret>(),
                    key => versions.Store.Find(key)?.Metadata.ResourceVersion,
                    () => !versions.Health.Unavailable,
                    options ?? new(),
                    context.LoggerFactory.CreateLogger<StaticClusterManager>());
            },
            (controller, context) =>
            {
                var clusters = context.Informers.For<DPUCluster>();
                clusters.AddIndex(BySecret, cluster =>
                    cluster.Spec.Type == ClusterType.Static && !string.IsNullOrEmpty(cluster.Spec.Kubeconfig)
                        ? [new NamespacedName(cluster.Metadata.Namespace ?? "", cluster.Spec.Kubeconfig).ToString()]
                        : []);
                controller.Watches(
                    context.Informers.Metadata(Secret.Resource, optional: true),
                    secret => clusters.Store.ByIndex(BySecret, secret.Key.ToString()).Select(cluster => cluster.Key));
            });
}
