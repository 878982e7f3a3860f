using System.Globalization;
using System.Net;
using DpuCluster.Kubernetes;

namespace DpuCluster.Controllers.Hosting;

/// <summary>Where a server listens.</summary>
/// <param name="Address">Interface; <see langword="null"/> for all.</param>
/// <param name="Port">Port; 0 for any free one.</param>
internal sealed record BindAddress(IPAddress? Address, int Port)
{
    /// <summary>Reads <c>host:port</c>, <c>:port</c>, or <c>0</c> for none.</summary>
    public static BindAddress? Parse(string text, string flag)
    {
        if (text is "0" or "")
        {
            return null;
        }

        var colon = text.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > IPEndPoint.MaxPort)
        {
            throw Invalid(text, flag);
        }

        var host = text[..colon];
        return host switch
        {
            "" or "*" => new BindAddress(null, port),
            "localhost" => new BindAddress(IPAddress.Loopback, port),
            _ when IPAddress.TryParse(host.Trim('[', ']'), out var address) => new BindAddress(address, port),
            _ => throw Invalid(text, flag),
        };
    }

    private static UserErrorException Invalid(string text, string flag) =>
        new($"{flag}: \"{text}\" is no address to listen on", "give :PORT, ADDRESS:PORT, or 0 for none");
}
