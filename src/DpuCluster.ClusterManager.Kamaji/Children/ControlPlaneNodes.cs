using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.ClusterManager.Kamaji.Children;

/// <summary>The nodes of the host cluster that control planes run on, by either of the labels that say so.</summary>
internal static class ControlPlaneNodes
{
    private static readonly string[] Labels = ["node-role.kubernetes.io/master", "node-role.kubernetes.io/control-plane"];

    /// <summary>Only nodes that have one of the labels, whatever its value.</summary>
    public static Affinity Affinity { get; } = new()
    {
        NodeAffinity = new()
        {
            RequiredDuringSchedulingIgnoredDuringExecution = new()
            {
                // Of several terms one must hold.
                NodeSelectorTerms = [.. Labels.Select(label => new NodeSelectorTerm { MatchExpressions = [new() { Key = label, Operator = "Exists" }] })],
            },
        },
    };

    /// <summary>The taints that keep others away from such nodes.</summary>
    public static IReadOnlyList<Toleration> Tolerations { get; } =
        [.. Labels.Select(label => new Toleration { Key = label, Operator = "Exists", Effect = "NoSchedule" })];

    /// <summary>Whether a node is one of them and has these labels.</summary>
    public static bool Matches(IKubernetesObject node, IReadOnlyDictionary<string, string> selector)
    {
        var labels = node.Metadata.Labels;
        return labels is not null
            && Labels.Any(labels.ContainsKey)
            && selector.All(wanted => labels.TryGetValue(wanted.Key, out var value) && value == wanted.Value);
    }
}
