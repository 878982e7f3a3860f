using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>Gives out addresses of one IPv4 network and ports of one range, at random, as a real server does.</summary>
/// <param name="network">Addresses to give out; the first and the last are kept back.</param>
/// <param name="firstPort">First node port.</param>
/// <param name="lastPort">Last node port.</param>
/// <param name="isUsable">Whether a node port may be given to who asks for any; null: all may.</param>
internal sealed class ServiceAllocator(
    IPNetwork network, int firstPort = 30000, int lastPort = 32767, Func<int, bool>? isUsable = null) : IServiceAllocator
{
    private readonly Lock _lock = new();
    private readonly HashSet<uint> _addresses = [];
    private readonly HashSet<int> _ports = [];
    private readonly uint _first = Number(network.BaseAddress) + 1;
    private readonly uint _count = (uint)((1UL << (32 - network.PrefixLength)) - 2);

    /// <summary>The ranges that a server has when nobody says otherwise: <c>10.96.0.0/12</c> and 30000-32767.</summary>
    public static ServiceAllocator CreateDefault() => new(new IPNetwork(new IPAddress([10, 96, 0, 0]), 12));

    /// <summary>The first address, which the service <c>kubernetes</c> has.</summary>
    public string FirstAddress => Text(_first);

    public string? TakeAddress(string? wanted, out string taken)
    {
        taken = wanted ?? "";
        lock (_lock)
        {
            if (wanted is not null)
            {
                if (!IPAddress.TryParse(wanted, out var address) || address.AddressFamily != AddressFamily.InterNetwork || Number(address) - _first >= _count)
                    return $"failed to allocate IP {wanted}: the provided IP ({wanted}) is not in the valid range. The range of valid IPs is {network}";
                return _addresses.Add(Number(address)) ? null : $"failed to allocate IP {wanted}: provided IP is already allocated";
            }

            if (_addresses.Count >= _count) return "failed to allocate a serviceIP: range is full";
            var offset = (uint)Random.Shared.NextInt64(_count);

            // The first address is left for whoever asks for it by name, as long as there is another.
            for (uint tries = 0; tries < _count; tries++, offset = (offset + 1) % _count)
            {
                if ((offset == 0 && _addresses.Count + 1 < _count) || !_addresses.Add(_first + offset)) continue;
                taken = Text(_first + offset);
                return null;
            }

            return "failed to allocate a serviceIP: range is full";
        }
    }

    public void ReturnAddress(string address)
    {
        if (!IPAddress.TryParse(address, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetwork) return;
        lock (_lock) _addresses.Remove(Number(parsed));
    }

    public string? TakePort(int? wanted, out int taken)
    {
        taken = wanted ?? 0;
        lock (_lock)
        {
            if (wanted is { } port)
            {
                if (port < firstPort || port > lastPort)
                    return string.Create(CultureInfo.InvariantCulture, $"provided port is not in the valid range. The range of valid ports is {firstPort}-{lastPort}");
                return _ports.Add(port) ? null : "provided port is already allocated";
            }

            var count = lastPort - firstPort + 1;
            var offset = Random.Shared.Next(count);
            for (var tries = 0; tries < count; tries++, offset = (offset + 1) % count)
            {
                var found = firstPort + offset;
                if (_ports.Contains(found) || isUsable?.Invoke(found) is false) continue;
                _ports.Add(found);
                taken = found;
                return null;
            }

            return "failed to allocate a nodePort: range is full";
        }
    }

    public void ReturnPort(int port)
    {
        lock (_lock) _ports.Remove(port);
    }

    private static uint Number(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    private static string Text(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes).ToString();
    }
}
