using System.Text.Json.Serialization.Metadata;
using DpuCluster.Api.Schema;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Api;

/// <summary>
/// A DPUCluster stands for one control plane that the DPUs of a site join as nodes. A cluster manager, chosen by
/// spec.type, creates that control plane or adopts one that exists; the provisioning controller watches its health.
/// </summary>
/// <remarks>The type carries the kind's name letter for letter, since <c>DpuCluster</c> is this project's root namespace.</remarks>
[CustomResource]
[PrinterColumn("Ready", "string", ".status.conditions[?(@.type=='Ready')].status", "whether DPUs can join now")]
[PrinterColumn("Phase", "string", ".status.phase", "phase of the cluster")]
[PrinterColumn("Type", "string", ".spec.type", "type of the cluster: which cluster manager is responsible")]
[PrinterColumn("MaxNodes", "integer", ".spec.maxNodes", "how many nodes the cluster may have")]
[PrinterColumn("Version", "string", ".spec.version", "version of the control plane that was asked for")]
[PrinterColumn("Nodes", "integer", ".status.nodesCount", "how many nodes have joined")]
[PrinterColumn("Endpoint", "string", ".spec.clusterEndpoint.keepalived.vip", "virtual IP of the control plane", Priority = 1)]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp", "time since the object was created")]
public sealed record DPUCluster : KubernetesObject<DPUCluster>, IKubernetesObject<DPUCluster>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } =
        new("provisioning.dpu.nvidia.com", "v1alpha1", "DPUCluster", "dpuclusters", Namespaced: true);

    /// <inheritdoc/>
    public static JsonTypeInfo<DPUCluster> JsonType => ApiJsonContext.Default.DPUCluster;

    /// <summary>What is wanted.</summary>
    public required DPUClusterSpec Spec { get; init; }

    /// <summary>What is the case, as the provisioning controller and the cluster manager see it.</summary>
    [SchemaDefault("""{"phase":"Pending"}""")]
    public DPUClusterStatus? Status { get; init; }
}
