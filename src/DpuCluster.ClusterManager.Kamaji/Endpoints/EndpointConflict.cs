using System.Globalization;
using DpuCluster.Api;
using DpuCluster.ClusterManager.Kamaji.Children;
using DpuCluster.ClusterManager.Kamaji.Keepalived;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ClusterManager.Kamaji.Endpoints;

/// <summary>
/// Finds out which of two clusters that claim the same must wait; pure. A virtual IP is claimed everywhere: an address can be in one place
/// only. A virtual router id is claimed on an interface of the nodes that the selector matches.
/// </summary>
internal static class EndpointConflict
{
    /// <summary>What a cluster claims, as words under which others who claim the same are found.</summary>
    public static IEnumerable<string> ClaimsOf(DPUCluster cluster) => SettingsOf(cluster) is { } settings
        ? [$"vip {settings.VipText}", string.Create(CultureInfo.InvariantCulture, $"vrrp {settings.Interface} {settings.VirtualRouterId}")]
        : [];

    /// <summary>Why a cluster must wait for another, for people; <see langword="null"/> where it must not.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="others">Those who claim something that it claims too; itself may be among them.</param>
    /// <param name="nodes">The nodes of the host cluster; <see langword="null"/> where they may not be read.</param>
    public static string? Find(DPUCluster cluster, IEnumerable<DPUCluster> others, IEnumerable<IKubernetesObject>? nodes)
    {
        if (SettingsOf(cluster) is not { } mine)
        {
            return null;
        }

        foreach (var other in others.Where(other => IsOlder(other, cluster)).OrderBy(other => Age(other)))
        {
            if (SettingsOf(other) is not { } theirs)
            {
                continue;
            }

            if (theirs.Vip.Equals(mine.Vip))
            {
                return $"DPUCluster {other.Key}, which is older, has the virtual IP {mine.VipText} already: choose another one in spec.clusterEndpoint.keepalived.vip, or delete that cluster";
            }

            if (theirs.Interface == mine.Interface && theirs.VirtualRouterId == mine.VirtualRouterId
                && Overlap(mine.NodeSelector, theirs.NodeSelector, nodes))
            {
                return $"DPUCluster {other.Key}, which is older, uses virtualRouterID {mine.VirtualRouterId} on {mine.Interface} of the same nodes already: "
                    + "choose another one in spec.clusterEndpoint.keepalived.virtualRouterID, or delete that cluster";
            }
        }

        return null;
    }

    private static KeepalivedSettings? SettingsOf(DPUCluster cluster) =>
        cluster.Spec is { Type: ClusterType.Kamaji, ClusterEndpoint.Keepalived: { } endpoint } && KeepalivedSettings.TryRead(endpoint, out var settings, out _)
            ? settings
            : null;

    private static bool IsOlder(DPUCluster one, DPUCluster other) => Age(one).CompareTo(Age(other)) < 0;

    // The server tells the time of creation in whole seconds. Of two from one second, the first to have been made stays: its Secret has a name.
    private static (DateTimeOffset Created, bool Unmade, string Name, string Namespace) Age(DPUCluster cluster) => (
        cluster.Metadata.CreationTimestamp ?? DateTimeOffset.MaxValue, string.IsNullOrEmpty(cluster.Spec.Kubeconfig), cluster.Metadata.Name ?? "", cluster.Metadata.Namespace ?? "");

    /// <summary>
    /// Whether some node can match both selectors. Where one asks for all that the other asks for, any node could; otherwise the nodes that
    /// there are decide.
    /// </summary>
    private static bool Overlap(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other, IEnumerable<IKubernetesObject>? nodes)
    {
        if (one.Any(label => other.TryGetValue(label.Key, out var value) && value != label.Value))
        {
            return false;
        }

        return one.All(other.Contains) || other.All(one.Contains) || nodes is null
            || nodes.Any(node => ControlPlaneNodes.Matches(node, one) && ControlPlaneNodes.Matches(node, other));
    }
}
