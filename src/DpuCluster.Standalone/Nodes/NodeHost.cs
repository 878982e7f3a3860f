using DpuCluster.Controllers.Hosting;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Standalone.Workloads;

namespace DpuCluster.Standalone.Nodes;

/// <summary>Composes the simulation of nodes.</summary>
internal static class NodeHost
{
    public const string FieldManager = "dpucluster-node-simulation";

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
