using DpuCluster.Api;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Controllers.Permissions;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Provisioning.OlderGroup;

/// <summary>Composes the mirror of the older group into a process.</summary>
internal static class OlderGroupHost
{
    /// <summary>What the controller may do. Without these permissions all but the mirror works.</summary>
    public static IReadOnlyList<Permission> Permissions { get; } =
    [
        new(
            "Objects of the older group are mirrored into objects that are made, kept and deleted with them.",
            DPUCluster.Resource.Group, ["dpuclusters"], ["list", "watch", "create", "patch", "delete"]),
        new(
            "The older group: its finalizer, and the kubeconfig that the cluster manager names, go to the object. Without this rule it is left alone.",
            OlderDPUCluster.Resource.Group, ["olderdpuclusters"], ["list", "watch", "patch"]),
        new("What becomes of the mirrored cluster goes to the older object's status.", OlderDPUCluster.Resource.Group, ["olderdpuclusters/status"], ["patch"]),
    ];

    /// <summary>Makes the controller. Where the older kind is not served, it waits for that, and costs a request every two seconds.</summary>
    public static Controller Create(ControllerContext context)
    {
        var olders = context.Informers.For<OlderDPUCluster>(optional: true);
        var mirrors = context.Informers.For<DPUCluster>();
        var writer = context.Writer<OlderDPUCluster>();
        var reconciler = new OlderGroupReconciler(
            olders.Store.Find,
            mirrors.Store.Find,
            writer,
            context.Writer<DPUCluster>(),
            new StatusWriter<OlderDPUCluster>(writer, OlderGroupReconciler.FieldManager),
            context.Events,
            context.Clock,
            context.LoggerFactory.CreateLogger("DpuCluster.Provisioning.OlderGroup"));
        return context.Controller("olderdpucluster")
            .For(olders)
            .Watches(mirrors, cluster => olders.Store.Find(cluster.Key) is null ? [] : [cluster.Key])
            .Build(reconciler);
    }
}
