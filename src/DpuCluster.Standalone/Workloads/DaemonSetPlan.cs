using DpuCluster.Kubernetes.Meta;
using DpuCluster.Standalone.Scheduling;

namespace DpuCluster.Standalone.Workloads;

/// <summary>What is to be done for a daemon set, and how it does: a function of the set, the nodes and its pods.</summary>
/// <param name="Create">Names of the nodes that get a pod now.</param>
/// <param name="Delete">The pods that go now.</param>
/// <param name="Status">How the set does.</param>
/// <param name="Again">When time alone will have changed something.</param>
internal sealed record DaemonSetPlan(IReadOnlyList<string> Create, IReadOnlyList<Pod> Delete, DaemonSetStatus Status, TimeSpan? Again)
{
    /// <param name="set">The set.</param>
    /// <param name="nodes">All nodes.</param>
    /// <param name="pods">The pods that the set owns.</param>
    /// <param name="now">The present time.</param>
    public static DaemonSetPlan Make(DaemonSet set, IEnumerable<ClusterNode> nodes, IReadOnlyList<Pod> pods, DateTimeOffset now)
    {
        var hash = TemplateHash.Of(set.Spec?.Template);
        var spec = DaemonPods.Tolerant(set.Spec?.Template?.Spec ?? new());
        var byNode = pods.GroupBy(pod => DaemonPods.NodeOf(pod) ?? "").ToDictionary(group => group.Key, group => group.ToList());
        var create = new List<string>();
        var delete = new HashSet<Pod>(ReferenceEqualityComparer.Instance);
        var served = new List<NodePods>();
        var misscheduled = 0;
        foreach (var node in nodes.OrderBy(node => node.Metadata.Name, StringComparer.Ordinal))
        {
            var name = node.Metadata.Name!;
            byNode.Remove(name, out var here);
            here ??= [];
            if (Placement.Obstacle(spec, node) is null)
            {
                served.Add(new(name, here, hash, set.Spec?.MinReadySeconds, now));
                continue;
            }

            misscheduled += here.Any(PodState.IsActive) ? 1 : 0;

            // A taint that only keeps new pods away leaves those that are there.
            if (!Placement.IsSelected(spec, node) || Placement.UntoleratedTaint(spec.Tolerations, node, Taint.NoExecute) is not null)
            {
                delete.UnionWith(here);
            }
        }

        // What is left is on nodes that are gone, or on none at all.
        delete.UnionWith(byNode.Values.SelectMany(left => left));
        foreach (var node in served)
        {
            delete.UnionWith(node.Surplus());
            if (node.IsEmpty)
            {
                create.Add(node.Name);
            }
        }

        if (set.Spec?.UpdateStrategy?.Type is not "OnDelete")
        {
            RollOut(set.Spec?.UpdateStrategy?.RollingUpdate, served, create, delete);
        }

        var again = PodState.NextAvailable(pods, set.Spec?.MinReadySeconds, now);
        return new(create, [.. delete.Where(pod => !pod.IsBeingDeleted)], Report(set, served, misscheduled), again);
    }

    private static void RollOut(RollingUpdate? bounds, List<NodePods> served, List<string> create, HashSet<Pod> delete)
    {
        var surge = ScaledValue.Of(bounds?.MaxSurge, served.Count, roundUp: true, otherwise: 0);
        var unavailable = ScaledValue.Of(bounds?.MaxUnavailable, served.Count, roundUp: true, otherwise: 1);
        if (surge == 0)
        {
            var left = Math.Max(1, unavailable) - served.Count(node => !node.IsAvailable);
            foreach (var old in served.Where(node => node is { New: null, Old: not null }).OrderBy(node => node.IsAvailable))
            {
                // A pod that does not work is no loss: it goes whatever the bound says.
                if (!old.IsAvailable || left-- > 0)
                {
                    delete.Add(old.Old!);
                }
            }

            return;
        }

        foreach (var node in served.Where(node => node is { NewIsAvailable: true, Old: not null }))
        {
            delete.Add(node.Old!);
        }

        var room = surge - served.Count(node => node is { New: not null, Old: not null });
        foreach (var node in served.Where(node => node is { New: null, Old: not null }))
        {
            if (!node.IsAvailable || room-- > 0)
            {
                create.Add(node.Name);
            }
        }
    }

    private static DaemonSetStatus Report(DaemonSet set, List<NodePods> served, int misscheduled)
    {
        var available = served.Count(node => node.IsAvailable);
        return (set.Status ?? new()) with
        {
            DesiredNumberScheduled = served.Count,
            CurrentNumberScheduled = served.Count(node => node.HasPod),
            NumberMisscheduled = misscheduled,
            NumberReady = served.Count(node => node.IsReady),
            UpdatedNumberScheduled = NullIfZero(served.Count(node => node.New is not null)),
            NumberAvailable = NullIfZero(available),
            NumberUnavailable = NullIfZero(served.Count - available),
            ObservedGeneration = set.Metadata.Generation,
        };
    }

    // The server keeps no zero in these fields.
    private static int? NullIfZero(int number) => number == 0 ? null : number;

    /// <summary>A node that should have a pod, and those it has.</summary>
    private sealed class NodePods(string name, IReadOnlyList<Pod> pods, string hash, int? minReadySeconds, DateTimeOffset now)
    {
        public string Name => name;

        /// <summary>Nothing is there, and nothing on its way out either: that would have to be gone first.</summary>
        public bool IsEmpty => pods.All(PodState.IsOver);

        public bool HasPod => pods.Any(PodState.IsActive);

        public Pod? New => Active(updated: true).FirstOrDefault();

        public Pod? Old => Active(updated: false).FirstOrDefault();

        public bool IsReady => pods.Any(PodState.IsReady);

        public bool IsAvailable => pods.Any(pod => pod.IsAvailable(minReadySeconds, now));

        public bool NewIsAvailable => New?.IsAvailable(minReadySeconds, now) is true;

        /// <summary>The pods that have ended, and all but the oldest of each template.</summary>
        public IEnumerable<Pod> Surplus() => [.. pods.Where(PodState.IsOver), .. Active(true).Skip(1), .. Active(false).Skip(1)];

        private IEnumerable<Pod> Active(bool updated) => pods
            .Where(pod => pod.IsActive() && pod.Metadata.Labels?.GetValueOrDefault(DaemonPods.RevisionLabel) == hash == updated)
            .OrderBy(pod => pod.Metadata.CreationTimestamp)
            .ThenBy(pod => pod.Metadata.Name, StringComparer.Ordinal);
    }
}
