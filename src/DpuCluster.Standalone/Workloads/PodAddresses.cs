using System.Collections.Concurrent;
using System.Net;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Standalone.Workloads;

/// <summary>The addresses of simulated pods, from the network of their node. Nothing answers there.</summary>
internal sealed class PodAddresses
{
    private readonly ConcurrentDictionary<string, NamespacedName> _holders = new();
    private readonly ConcurrentDictionary<NamespacedName, string> _held = new();

    /// <summary>An address that no other pod has; the one that the pod has already, where it has one.</summary>
    /// <returns><see langword="null"/> where the node has no network, or it is used up.</returns>
    public string? Take(NamespacedName pod, ClusterNode node)
    {
        if (_held.TryGetValue(pod, out var held))
        {
            return held;
        }

        if (!IPNetwork.TryParse(node.Spec?.PodCIDR, out var network) || network.BaseAddress.GetAddressBytes() is not { Length: 4 } bytes)
        {
            return null;
        }

        var first = (uint)((bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3]);
        var size = 1L << (32 - network.PrefixLength);

        // Not the network's own address, not the bridge of the node, not the broadcast address.
        for (var i = 2L; i < size - 1; i++)
        {
            var number = first + (uint)i;
            var address = new IPAddress([(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]).ToString();
            if (_holders.TryAdd(address, pod))
            {
                _held[pod] = address;
                return address;
            }
        }

        return null;
    }

    /// <summary>Remembers an address that a pod has from an earlier time.</summary>
    public void Keep(NamespacedName pod, string address)
    {
        if (_holders.TryAdd(address, pod))
        {
            _held[pod] = address;
        }
    }

    /// <summary>The pod is gone.</summary>
    public void Return(NamespacedName pod)
    {
        if (_held.TryRemove(pod, out var address))
        {
            _holders.TryRemove(new(address, pod));
        }
    }
}
