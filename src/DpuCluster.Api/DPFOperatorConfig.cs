using System.Text.Json.Serialization.Metadata;
using DpuCluster.Api.Schema;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Api;

/// <summary>
/// The DPFOperatorConfig named dpfoperatorconfig in the namespace dpf-operator-system says which parts of the system are installed, and how.
/// Sections for components that are not part of this project are kept as they are.
/// </summary>
/// <remarks>Group, names and fields are the reference implementation's.</remarks>
[CustomResource(IsApplySetParent = true)]
[PrinterColumn("Ready", "string", ".status.conditions[?(@.type=='Ready')].status", "whether everything that is wanted is installed and runs")]
[PrinterColumn("Phase", "string", ".status.conditions[?(@.type=='Ready')].reason", "why it is ready or not, in a word")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp", "time since the object was created")]
public sealed record DPFOperatorConfig : KubernetesObject<DPFOperatorConfig>, IKubernetesObject<DPFOperatorConfig>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } =
        new("operator.dpu.nvidia.com", "v1alpha1", "DPFOperatorConfig", "dpfoperatorconfigs", Namespaced: true);

    /// <inheritdoc/>
    public static JsonTypeInfo<DPFOperatorConfig> JsonType => ApiJsonContext.Default.DPFOperatorConfig;

    /// <summary>What is wanted.</summary>
    public DPFOperatorConfigSpec? Spec { get; init; }

    /// <summary>What is the case, as the operator sees it.</summary>
    public DPFOperatorConfigStatus? Status { get; init; }
}
