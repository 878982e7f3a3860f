using DpuCluster.Standalone.Scheduling;

namespace DpuCluster.Standalone.Workloads;

/// <summary>What is particular to the pods of a daemon set: each is meant for one node, and stays there through what drives others away.</summary>
internal static class DaemonPods
{
    /// <summary>The label that tells from which state of the template a pod was made.</summary>
    public const string RevisionLabel = "controller-revision-hash";

    private static readonly (string Key, string Effect)[] Tolerated =
    [
        ("node.kubernetes.io/not-ready", Taint.NoExecute),
        ("node.kubernetes.io/unreachable", Taint.NoExecute),
        ("node.kubernetes.io/disk-pressure", Taint.NoSchedule),
        ("node.kubernetes.io/memory-pressure", Taint.NoSchedule),
        ("node.kubernetes.io/pid-pressure", Taint.NoSchedule),
        (Placement.UnschedulableTaint, Taint.NoSchedule),
    ];

    /// <summary>The specification with the tolerations that every pod of a daemon set has.</summary>
    public static PodSpec Tolerant(PodSpec spec)
    {
        var more = Tolerated.Select(taint => new Toleration { Key = taint.Key, Operator = "Exists", Effect = taint.Effect });
        if (spec.HostNetwork is true)
        {
            more = more.Append(new() { Key = "node.kubernetes.io/network-unavailable", Operator = "Exists", Effect = Taint.NoSchedule });
        }

        return spec with { Tolerations = [.. spec.Tolerations ?? [], .. more.Where(one => spec.Tolerations?.Contains(one) is not true)] };
    }

    /// <summary>The specification for one node only: in every term of the required affinity, as alternatives are weighed term by term.</summary>
    public static PodSpec For(PodSpec spec, string node)
    {
        var onNode = new NodeSelectorRequirement { Key = NodeSelectorTerm.NameField, Operator = "In", Values = [node] };
        var required = spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution;
        var terms = required?.NodeSelectorTerms ?? [new()];
        return spec with
        {
            Affinity = (spec.Affinity ?? new()) with
            {
                NodeAffinity = (spec.Affinity?.NodeAffinity ?? new()) with
                {
                    RequiredDuringSchedulingIgnoredDuringExecution = (required ?? new()) with
                    {
                        NodeSelectorTerms = [.. terms.Select(term => term with { MatchFields = [onNode] })],
                    },
                },
            },
        };
    }

    /// <summary>The node that a pod is on, or meant for.</summary>
    public static string? NodeOf(Pod pod) => pod.Spec?.NodeName is { Length: > 0 } name
        ? name
        : (pod.Spec?.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms ?? [])
            .SelectMany(term => term.MatchFields ?? [])
            .FirstOrDefault(field => field is { Key: NodeSelectorTerm.NameField, Operator: "In", Values.Count: 1 })?.Values![0];
}
