using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using DpuCluster.Api;

namespace DpuCluster.ClusterManager.Kamaji.Keepalived;

/// <summary>
/// An endpoint that was found valid: interface and addresses consist of characters that mean nothing to keepalived, and of the address
/// there is only one spelling.
/// </summary>
internal sealed partial record KeepalivedSettings
{
    private KeepalivedSettings(string @interface, IPAddress vip, int virtualRouterId, IReadOnlyDictionary<string, string> nodeSelector) =>
        (Interface, Vip, VirtualRouterId, NodeSelector) = (@interface, vip, virtualRouterId, nodeSelector);

    public string Interface { get; }

    public IPAddress Vip { get; }

    public int VirtualRouterId { get; }

    /// <summary>Labels of the nodes; empty where every control-plane node will do.</summary>
    public IReadOnlyDictionary<string, string> NodeSelector { get; }

    /// <summary>The address in its canonical spelling.</summary>
    public string VipText => Vip.ToString();

    /// <summary>Checks an endpoint as a user has written it.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="settings">The endpoint, where it is valid.</param>
    /// <param name="problem">What is wrong and what to write instead, where it is not.</param>
    public static bool TryRead(
        KeepalivedEndpoint endpoint, [NotNullWhen(true)] out KeepalivedSettings? settings, [NotNullWhen(false)] out string? problem)
    {
        const string path = "spec.clusterEndpoint.keepalived";
        settings = null;
        problem = InterfaceName().IsMatch(endpoint.Interface)
            ? null
            : $"{path}.interface is \"{Shown(endpoint.Interface)}\": write the name of a network interface of the control-plane nodes, such as eth0; "
                + "1 to 15 letters, digits, '.', '_' and '-', with a letter or digit first";
        var vip = problem is null ? ReadVip($"{path}.vip", endpoint.Vip, out problem) : null;
        problem ??= endpoint.VirtualRouterId is >= 1 and <= 255
            ? null
            : $"{path}.virtualRouterID is {endpoint.VirtualRouterId}: write a number from 1 to 255 that no other VRRP router on the network uses";
        var selector = endpoint.NodeSelector ?? new Dictionary<string, string>();
        foreach (var (key, value) in selector)
        {
            problem ??= LabelKey().IsMatch(key) && LabelValue().IsMatch(value ?? "")
                ? null
                : $"{path}.nodeSelector has \"{Shown(key)}: {Shown(value ?? "")}\", which cannot be a label: write a label of the control-plane nodes, "
                    + "such as node-role.kubernetes.io/control-plane: \"\"";
        }

        if (problem is not null)
        {
            return false;
        }

        settings = new(endpoint.Interface, vip!, endpoint.VirtualRouterId, selector);
        return true;
    }

    private static IPAddress? ReadVip(string path, string text, out string? problem)
    {
        if (!CharactersOfAddresses().IsMatch(text) || !IPAddress.TryParse(text, out var address) || !IsFullySpelled(text, address))
        {
            problem = $"{path} is \"{Shown(text)}\", which is no IP address: write the virtual IP reserved for this cluster, "
                + "an IPv4 or IPv6 address without prefix length, such as 192.0.2.10";
            return null;
        }

        problem = WhyNot(address) is { } why
            ? $"{path} is {address}, {why}: write an address of the control-plane nodes' network that nothing else uses or hands out"
            : null;
        return address;
    }

    // .NET reads "10.1" and "010.1.1.1" in ways that nobody means today.
    private static bool IsFullySpelled(string text, IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == text;

    private static string? WhyNot(IPAddress address) => address switch
    {
        _ when address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) => "which stands for no address",
        _ when address.Equals(IPAddress.Broadcast) => "the broadcast address",
        _ when IPAddress.IsLoopback(address) => "an address of the local machine",
        _ when address.IsIPv4MappedToIPv6 => "an IPv4 address in IPv6 form",
        _ when address.IsIPv6LinkLocal => "which only means something together with an interface",
        _ when address.IsIPv6Multicast || (address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes()[0] is >= 224 and < 240) =>
            "a multicast address",
        _ => null,
    };

    /// <summary>Text of a user's, safe to stand in a message.</summary>
    private static string Shown(string text)
    {
        const int longest = 80;
        var plain = string.Concat(text.Select(character => char.IsControl(character) ? '?' : character));
        return plain.Length <= longest ? plain : plain[..longest] + "…";
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,14}\z")]
    private static partial Regex InterfaceName();

    [GeneratedRegex(@"\A[0-9A-Fa-f.:]+\z")]
    private static partial Regex CharactersOfAddresses();

    [GeneratedRegex(@"\A([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\z")]
    private static partial Regex LabelKey();

    [GeneratedRegex(@"\A([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?\z")]
    private static partial Regex LabelValue();
}
