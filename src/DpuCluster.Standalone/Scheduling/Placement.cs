using DpuCluster.Standalone.Workloads;

namespace DpuCluster.Standalone.Scheduling;

/// <summary>Whether a pod can be on a node, by the rules of Kubernetes' scheduler. Resources are not counted: simulated pods use none.</summary>
internal static class Placement
{
    /// <summary>The taint that stands for <c>spec.unschedulable</c>, which <c>kubectl cordon</c> sets.</summary>
    public const string UnschedulableTaint = "node.kubernetes.io/unschedulable";

    private static readonly Taint Unschedulable = new() { Key = UnschedulableTaint, Effect = Taint.NoSchedule };

    /// <summary>Why the pod cannot be given to the node; <see langword="null"/> where it can.</summary>
    public static string? Obstacle(PodSpec pod, ClusterNode node)
    {
        if (!IsSelected(pod, node))
        {
            return "its labels do not match nodeSelector and affinity of the pod";
        }

        return UntoleratedTaint(pod.Tolerations, node, Taint.NoSchedule, Taint.NoExecute) is { } taint
            ? $"the pod does not tolerate its taint {taint}"
            : null;
    }

    /// <summary>Whether <c>nodeSelector</c> and required node affinity of the pod match the node.</summary>
    public static bool IsSelected(PodSpec pod, ClusterNode node)
    {
        var labels = node.Metadata.Labels ?? ClusterNode.NoLabels;
        return (pod.NodeSelector ?? ClusterNode.NoLabels).All(wanted => labels.GetValueOrDefault(wanted.Key) == wanted.Value)
            && pod.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.Matches(node.Metadata.Name ?? "", labels) is not false;
    }

    /// <summary>The first taint with one of the effects that none of the tolerations tolerates.</summary>
    public static Taint? UntoleratedTaint(IReadOnlyList<Toleration>? tolerations, ClusterNode node, params ReadOnlySpan<string> effects)
    {
        foreach (var taint in node.Spec?.Taints ?? [])
        {
            if (effects.Contains(taint.Effect) && !Tolerated(tolerations, taint))
            {
                return taint;
            }
        }

        return node.Spec?.Unschedulable is true && effects.Contains(Taint.NoSchedule) && !Tolerated(tolerations, Unschedulable)
            ? Unschedulable
            : null;
    }

    private static bool Tolerated(IReadOnlyList<Toleration>? tolerations, Taint taint) =>
        tolerations?.Any(toleration => toleration.Tolerates(taint)) is true;
}
