using System.Text.Json.Serialization.Metadata;
using DpuCluster.Api.Schema;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Api;

/// <summary>
/// A DPUCluster of the older group provisioning.dpf.nvidia.com. The provisioning controller mirrors it into a DPUCluster of
/// provisioning.dpu.nvidia.com with the same namespace and name, and brings the status of that one back here.
/// </summary>
/// <remarks>
/// Plural and singular are other words than those of today's kind: of two resources with one name kubectl takes the one whose group
/// comes first in the alphabet, and <c>kubectl get dpucluster</c> would no longer mean today's. Manifests name the kind, which stays.
/// The schema of spec and status is today's, so that whatever is accepted here can be mirrored.
/// </remarks>
[CustomResource(Singular = "olderdpucluster")]
[PrinterColumn("Type", "string", ".spec.type", "type of the cluster: which cluster manager is responsible")]
[PrinterColumn("MaxNodes", "integer", ".spec.maxNodes", "how many nodes the cluster may have")]
[PrinterColumn("Version", "string", ".spec.version", "version of the control plane that was asked for")]
[PrinterColumn("Phase", "string", ".status.phase", "phase of the cluster")]
public sealed record OlderDPUCluster : KubernetesObject<OlderDPUCluster>, IKubernetesObject<OlderDPUCluster>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } =
        new("provisioning.dpf.nvidia.com", "v1alpha1", "DPUCluster", "olderdpuclusters", Namespaced: true);

    /// <inheritdoc/>
    public static JsonTypeInfo<OlderDPUCluster> JsonType => ApiJsonContext.Default.OlderDPUCluster;

    /// <summary>What is wanted.</summary>
    public required DPUClusterSpec Spec { get; init; }

    /// <summary>What is the case with the mirrored cluster, and whether it could be mirrored.</summary>
    [SchemaDefault("""{"phase":"Pending"}""")]
    public DPUClusterStatus? Status { get; init; }
}
