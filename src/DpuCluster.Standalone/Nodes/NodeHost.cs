using DpuCluster.Controllers.Hosting;
using DpuCluster.Controllers.Permissions;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Standalone.Workloads;

namespace DpuCluster.Standalone.Nodes;

/// <summary>Composes the simulation of nodes.</summary>
internal static class NodeHost
{
    public const string FieldManager = "dpucluster-node-simulation";

    /// <summary>What the simulation of nodes and pods may do: part of a scheduler's, a controller manager's and a kubelet's rights.</summary>
    public static ControllerRole Role { get; } = new(
        ControllerName.Nodes,
        [
            new("Nodes, and the heartbeats of those that are simulated.", "", ["nodes"], ["get", "list", "watch"]),
            new("How nodes and pods do.", "", ["nodes/status", "pods/status"], ["patch"]),
            new("Pods of workloads.", "", ["pods"], ["get", "list", "watch", "create", "delete"]),
            new("Credentials of pods that are run.", "", ["serviceaccounts/token"], ["create"]),
            new("Which node a pod is on.", "", ["pods/binding"], ["create"]),
            new("Workloads.", "apps", ["daemonsets", "deployments"], ["get", "list", "watch"]),
            new("The annotation that numbers a deployment's revisions.", "apps", ["deployments"], ["patch"]),
            new("What a deployment makes of each of its templates.", "apps", ["replicasets"], ["get", "list", "watch", "create", "patch", "delete"]),
            new("How workloads do.", "apps", ["daemonsets/status", "deployments/status", "replicasets/status"], ["patch"]),
        ],
        []);

    private static readonly WriteOptions Writing = new() { FieldManager = FieldManager };

    /// <summary>Adds what keeps simulated nodes ready.</summary>
    public static ControllerHostBuilder AddNodes(this ControllerHostBuilder builder) => builder
        .AddController(context =>
        {
            var (nodes, writer) = (context.Informers.For<ClusterNode>(), context.Writer<ClusterNode>());
            return context.Controller("simulated-node")
                .For(nodes)
                .Workers(1)
                .Build(new NodeReconciler(nodes.Store, new(writer, FieldManager), context.Clock));
        });

    /// <summary>Registers the environment's own nodes. Like a real one, a node that somebody deletes comes back only when it is started anew.</summary>
    public static async Task RegisterAsync(KubernetesClient client, TimeProvider clock, CancellationToken cancellation)
    {
        foreach (var node in new[] { SimulatedNode.Kubeadm, SimulatedNode.K3s })
        {
            try
            {
                var ready = node with { Status = SimulatedNode.Status(node, clock.GetUtcNow()) };
                await client.Resources<ClusterNode>().CreateAsync(ready, Writing, cancellation).ConfigureAwait(false);
            }
            catch (KubernetesException exception) when (exception.IsAlreadyExists)
            {
                // Kept from the time before, with whatever people have changed on it.
            }
        }
    }
}
