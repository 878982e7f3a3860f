using DpuCluster.Api;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Controllers.Reconciling;

namespace DpuCluster.ClusterManager;

/// <summary>Composes a cluster manager into a process.</summary>
public static class ClusterManagerHost
{
    /// <summary>Adds a cluster manager that needs nothing from the host.</summary>
    /// <typeparam name="TManager">The manager.</typeparam>
    /// <param name="builder">The host.</param>
    public static ControllerHostBuilder AddClusterManager<TManager>(this ControllerHostBuilder builder)
        where TManager : IClusterManager, new() => builder.AddClusterManager(_ => new TManager());

    /// <summary>Adds a cluster manager.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="create">Makes the manager from what the host offers: client, informers, clock, logs.</param>
    /// <param name="watch">
    /// What else leads to a call of <see cref="IClusterManager.ReconcileAsync"/>, besides changes of the clusters themselves: the objects
    /// that the manager makes (<c>Owns</c>), or those that clusters refer to.
    /// </param>
    public static ControllerHostBuilder AddClusterManager(
        this ControllerHostBuilder builder,
        Func<ControllerContext, IClusterManager> create,
        Action<ControllerBuilder, ControllerContext>? watch = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(create);
        return builder.AddController(context =>
        {
            var manager = create(context);
            var clusters = context.Informers.For<DPUCluster>();
            var writer = context.Writer<DPUCluster>();
            var fieldManager = context.Options.Name;
            var reconciler = new ClusterManagerReconciler(
                manager,
                clusters.Store.Find,
                writer,
                new StatusWriter<DPUCluster>(writer, fieldManager),
                context.Events,
                fieldManager,
                context.Clock);
            var controller = context.Controller("dpucluster").For(clusters, change => change.Object.Spec.Type == manager.Type);
            watch?.Invoke(controller, context);
            return controller.Build(reconciler);
        });
    }
}
