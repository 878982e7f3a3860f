using DpuCluster.Controllers.Hosting;
using DpuCluster.Controllers.Informers;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Standalone.Workloads;

/// <summary>Composes the part of a controller manager, a scheduler and kubelets that a standalone environment has.</summary>
internal static class WorkloadHost
{
    public const string FieldManager = "dpucluster-pod-simulation";

    public static readonly WriteOptions Writing = new() { FieldManager = FieldManager };

    /// <summary>Adds what makes pods of daemon sets and deployments, and lets them run as simulations.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="runner">Runs those pods that are more than a simulation.</param>
    public static ControllerHostBuilder AddWorkloads(this ControllerHostBuilder builder, IPodRunner runner) => builder
        .AddController(context => Pods(context, runner))
        .AddController(context => DaemonSets(context, runner))
        .AddController(context => ReplicaSets(context, runner))
        .AddController(Deployments);

    private static Controller Pods(ControllerContext context, IPodRunner runner)
    {
        var (pods, nodes, writer) = (PodsOf(context), context.Informers.For<ClusterNode>(), context.Writer<Pod>());
        var controller = context.Controller("simulated-pod")
            .For(pods)

            // Another node, or another state of one, concerns its own pods and those that wait for any.
            .Watches(
                nodes,
                node => pods.Store.ByIndex(WorkloadIndex.Node, node.Metadata.Name!).Concat(pods.Store.ByIndex(WorkloadIndex.Node, "")).Select(pod => pod.Key),
                Matters)
            .Build(new PodReconciler(pods.Store, nodes.Store, context.Client, writer, new(writer, FieldManager), runner, context.Clock));
        runner.Changed = controller.Enqueue;
        return controller;
    }

    private static Controller DaemonSets(ControllerContext context, IPodRunner runner)
    {
        var (pods, nodes, sets) = (PodsOf(context), context.Informers.For<ClusterNode>(), context.Informers.For<DaemonSet>());
        return context.Controller("simulated-daemonset")
            .For(sets)
            .Owns(pods)
            .Watches(nodes, _ => sets.Store.All.Select(set => set.Key), Matters)
            .Build(new DaemonSetReconciler(sets.Store, nodes.Store, pods.Store, context.Writer<Pod>(), Status<DaemonSet>(context), runner, context.Clock));
    }

    private static Controller ReplicaSets(ControllerContext context, IPodRunner runner)
    {
        var (pods, sets) = (PodsOf(context), context.Informers.For<ReplicaSet>());
        return context.Controller("simulated-replicaset")
            .For(sets)
            .Owns(pods)
            .Build(new ReplicaSetReconciler(sets.Store, pods.Store, context.Writer<Pod>(), Status<ReplicaSet>(context), runner, context.Clock));
    }

    private static Controller Deployments(ControllerContext context)
    {
        var (sets, deployments) = (context.Informers.For<ReplicaSet>(), context.Informers.For<Deployment>());
        sets.AddIndex(WorkloadIndex.Owner, WorkloadIndex.ByOwner);
        return context.Controller("simulated-deployment")
            .For(deployments)
            .Owns(sets)
            .Build(new DeploymentReconciler(
                deployments.Store,
                sets.Store,
                context.Writer<Deployment>(),
                context.Writer<ReplicaSet>(),
                Status<Deployment>(context),
                context.Clock));
    }

    private static Informer<Pod> PodsOf(ControllerContext context)
    {
        var pods = context.Informers.For<Pod>();
        pods.AddIndex(WorkloadIndex.Owner, WorkloadIndex.ByOwner);
        pods.AddIndex(WorkloadIndex.Node, WorkloadIndex.ByNode);
        return pods;
    }

    /// <summary>Whether a change of a node can change which pods it takes: heartbeats cannot.</summary>
    private static bool Matters(Change<ClusterNode> change) =>
        change is not { Type: ChangeType.Updated, Old: { } old }
        || Predicates.LabelsChanged(change)
        || Predicates.AnnotationsChanged(change)
        || old.Spec?.Unschedulable != change.Object.Spec?.Unschedulable
        || !(old.Spec?.Taints ?? []).SequenceEqual(change.Object.Spec?.Taints ?? []);

    private static StatusWriter<T> Status<T>(ControllerContext context)
        where T : class, IKubernetesObject<T> => new(context.Writer<T>(), FieldManager);
}
