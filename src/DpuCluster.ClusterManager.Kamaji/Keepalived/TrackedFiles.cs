using System.Net;

namespace DpuCluster.ClusterManager.Kamaji.Keepalived;

/// <summary>The files through which a node tells its keepalived what the configuration, the same on every node, cannot say.</summary>
internal static class TrackedFiles
{
    /// <summary>Name of the file with the node's part of the priority.</summary>
    public const string Priority = "priority";

    /// <summary>Name of the file with 0 where the API server answers on this node, and 1 otherwise.</summary>
    public const string ApiServer = "api-server";

    /// <summary>The part of the priority that is the same on every node.</summary>
    public const int BasePriority = 1;

    // VRRP has priorities 1 to 254 for those who do not own the address; 254 is left free, for whoever wants to win by hand.
    private const int Priorities = 253;

    /// <summary>
    /// The node's part of the priority, 0 to 252, from the last byte of its address: different for the nodes of a network of 253 addresses. Where two
    /// are the same, VRRP decides by address.
    /// </summary>
    public static int PriorityOf(IPAddress node) => node.GetAddressBytes()[^1] % Priorities;
}
