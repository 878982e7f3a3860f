using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Standalone.Workloads;

/// <summary>The indexes by which workloads find what is theirs.</summary>
internal static class WorkloadIndex
{
    /// <summary>Objects by the uid of the owner that manages them.</summary>
    public const string Owner = "owner";

    /// <summary>Pods by the node that they are on; empty for those that have none.</summary>
    public const string Node = "node";

    public static IEnumerable<string> ByOwner(IKubernetesObject obj) => obj.ControllerOwner is { } owner ? [owner.Uid] : [];

    public static IEnumerable<string> ByNode(Pod pod) => [pod.Spec?.NodeName ?? ""];
}
