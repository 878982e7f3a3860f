using System.Net;
using System.Net.Sockets;
using DpuCluster.ApiServer.Cel;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>What is asked of addresses at which something can be reached from everywhere in a cluster.</summary>
internal static class EndpointAddressRules
{
    /// <summary>What is said of text that is no address.</summary>
    public const string Unreadable = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

    private static readonly string[] Protocols = ["SCTP", "TCP", "UDP"];

    /// <summary>Appends what is wrong with an address.</summary>
    /// <param name="text">The address.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="errors">Takes the errors.</param>
    /// <param name="family"><c>IPv4</c> or <c>IPv6</c> where it has to be one of these.</param>
    public static void Address(string text, string path, ICollection<FieldError> errors, string? family = null)
    {
        if (!IPAddress.TryParse(text, out var parsed))
        {
            errors.Add(FieldError.Invalid(path, text, Unreadable));
            return;
        }

        if (family is not null && family != (parsed.AddressFamily == AddressFamily.InterNetwork ? "IPv4" : "IPv6"))
            errors.Add(FieldError.Invalid(path, text, $"must be an {family} address"));
        var address = new CelIp(parsed.GetAddressBytes());
        foreach (var (isSo, what) in (ReadOnlySpan<(bool, string)>)
        [
            (address.IsUnspecified, "may not be unspecified (0.0.0.0 or ::)"),
            (address.IsLoopback, "may not be in the loopback range (127.0.0.0/8, ::1/128)"),
            (address.IsLinkLocalUnicast, "may not be in the link-local range (169.254.0.0/16, fe80::/10)"),
            (address.IsLinkLocalMulticast, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"),
        ])
        {
            if (isSo) errors.Add(FieldError.Invalid(path, text, what));
        }
    }

    /// <summary>Appends what is wrong with a name of two labels or more (<c>IsFullyQualifiedDomainName</c>).</summary>
    public static void DomainName(string text, string path, ICollection<FieldError> errors)
    {
        if (text.Length == 0)
        {
            errors.Add(FieldError.Required(path));
            return;
        }

        var name = text.EndsWith('.') ? text[..^1] : text;
        var labels = name.Split('.');
        if (string.Join(',', ObjectNames.Dns1123Subdomain(name)) is { Length: > 0 } wrong) errors.Add(FieldError.Invalid(path, name, wrong));
        else if (labels.Length < 2) errors.Add(FieldError.Invalid(path, name, "should be a domain with at least two segments separated by dots"));
        else if (labels.FirstOrDefault(label => ObjectNames.Dns1123Label(label).Any()) is { } bad) errors.Add(FieldError.Invalid(path, bad, string.Join(',', ObjectNames.Dns1123Label(bad))));
    }

    /// <summary>Appends what is wrong with the protocol of a port.</summary>
    public static void Protocol(string protocol, string path, ICollection<FieldError> errors)
    {
        if (protocol.Length == 0) errors.Add(FieldError.Required($"{path}.protocol"));
        else if (!Protocols.Contains(protocol)) errors.Add(FieldError.NotSupported($"{path}.protocol", protocol, Protocols));
    }
}
