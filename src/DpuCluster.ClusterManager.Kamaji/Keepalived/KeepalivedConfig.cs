using System.Globalization;
using System.Net.Sockets;

namespace DpuCluster.ClusterManager.Kamaji.Keepalived;

/// <summary>
/// keepalived's configuration for one virtual IP. It is the same on every node, so that nodes can come and go without a change of it:
/// what differs between nodes, priority and health, reaches keepalived through two files that <see cref="KeepalivedCheck"/> writes.
/// </summary>
/// <remarks>
/// <para>
/// <b>Who holds the address.</b> Every instance starts as <c>BACKUP</c> with <c>nopreempt</c>: the address stays where it is as long as
/// it works there, and a node that comes back does not take it. Each change of hands breaks every connection to the API server, so
/// there should be as few as possible; no node is better than another.
/// </para>
/// <para>
/// <b>Health.</b> The tracked file has weight 0: anything but 0 in it puts the instance into the fault state. It gives the address up
/// with a last advertisement of priority 0, and another takes it at once. Lowering the priority instead would change nothing, since with
/// <c>nopreempt</c> nobody takes the address from a node that still advertises. The file is made with 1 in it: an instance that knows
/// nothing of its API server does not take the address.
/// </para>
/// <para>
/// <b>Times.</b> An advertisement every half second (VRRP version 3, RFC 5798): a node that disappears is missed after three of them
/// and a part of a fourth, 2 s at most. VRRP version 3 has no authentication; version 2's was a password in clear text.
/// </para>
/// <para>
/// <b>Multicast</b> (224.0.0.18, ff02::12), not unicast: a virtual IP needs one network segment anyway, and a list of peers would make
/// every node that comes or goes a change of configuration, with a restart of all instances.
/// </para>
/// </remarks>
internal static class KeepalivedConfig
{
    /// <summary>Key in the ConfigMap, and name of the file.</summary>
    public const string FileName = "keepalived.conf";

    /// <summary>Where instances and checks meet, in both containers.</summary>
    public const string RunDirectory = "/run/keepalived";

    /// <summary>The configuration.</summary>
    /// <param name="settings">The endpoint; everything in it is valid, so that nothing but these directives can come out.</param>
    /// <param name="runDirectory">Absolute path of the directory with the tracked files.</param>
    public static string Render(KeepalivedSettings settings, string runDirectory = RunDirectory)
    {
        var prefix = settings.Vip.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32;
        return string.Create(CultureInfo.InvariantCulture, $$"""
            # Written by the Kamaji cluster manager: what is edited here is lost.
            global_defs {
                vrrp_version 3
                vrrp_garp_master_refresh 30
            }

            # This node's part of the priority: what is in the file is added to the priority below.
            track_file node_priority {
                file "{{runDirectory}}/{{TrackedFiles.Priority}}"
                weight 1
                init_file 0
            }

            # 0: the API server answers on this node.
            track_file api_server {
                file "{{runDirectory}}/{{TrackedFiles.ApiServer}}"
                weight 0
                init_file 1
            }

            vrrp_instance dpu_cluster {
                state BACKUP
                nopreempt
                interface {{settings.Interface}}
                virtual_router_id {{settings.VirtualRouterId}}
                priority {{TrackedFiles.BasePriority}}
                advert_int 0.5
                virtual_ipaddress {
                    {{settings.VipText}}/{{prefix}} dev {{settings.Interface}}
                }
                track_file {
                    node_priority weight 1
                    api_server weight 0
                }
            }

            """).ReplaceLineEndings("\n");
    }
}
