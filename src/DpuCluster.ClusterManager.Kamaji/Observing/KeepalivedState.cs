using DpuCluster.ClusterManager.Kamaji.Children;
using DpuCluster.ClusterManager.Kamaji.Keepalived;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.ClusterManager.Kamaji.Observing;

/// <summary>What the condition <c>KeepalivedReady</c> should say.</summary>
/// <param name="Holds">Whether an instance runs, and none an old configuration.</param>
/// <param name="Reason">Why, for programs.</param>
/// <param name="Message">Why, for people.</param>
internal sealed record KeepalivedState(bool Holds, string Reason, string Message)
{
    /// <summary>Judges; pure.</summary>
    /// <param name="settings">The endpoint.</param>
    /// <param name="daemonSet">The DaemonSet as it is.</param>
    /// <param name="nodes">The nodes of the host cluster; <see langword="null"/> where they may not be read.</param>
    public static KeepalivedState Judge(KeepalivedSettings settings, DaemonSet daemonSet, IEnumerable<IKubernetesObject>? nodes)
    {
        var status = daemonSet.Status ?? new();
        var isCurrent = status.ObservedGeneration is { } observed && observed >= (daemonSet.Metadata.Generation ?? 0);
        var desired = status.DesiredNumberScheduled ?? 0;
        var matching = nodes?.Count(node => ControlPlaneNodes.Matches(node, settings.NodeSelector));
        if (matching is 0 || (matching is null && isCurrent && desired == 0))
        {
            return new(false, KamajiReason.NoMatchingNodes,
                $"no control-plane node has {Describe(settings.NodeSelector)}: label one, or change spec.clusterEndpoint.keepalived.nodeSelector");
        }

        var (running, updated, ready) = (status.CurrentNumberScheduled ?? 0, status.UpdatedNumberScheduled ?? 0, status.NumberReady ?? 0);
        if (!isCurrent)
        {
            return new(false, KamajiReason.RollingOut, $"DaemonSet {daemonSet.Metadata.Name} has a new configuration that no instance runs yet");
        }

        if (ready == 0)
        {
            return new(false, KamajiReason.RollingOut, $"no instance of DaemonSet {daemonSet.Metadata.Name} is ready on the {desired} nodes that should run one");
        }

        return updated < running
            ? new(false, KamajiReason.RollingOut, $"{updated} of {running} instances of DaemonSet {daemonSet.Metadata.Name} run the present configuration")
            : new(true, KamajiReason.Deployed, $"{settings.VipText} is held on {settings.Interface} by one of {desired} nodes");
    }

    private static string Describe(IReadOnlyDictionary<string, string> selector) => selector.Count == 0
        ? "the label node-role.kubernetes.io/control-plane or node-role.kubernetes.io/master"
        : $"the labels {string.Join(", ", selector.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"))}";
}
