using System.Globalization;
using System.Text.Json;

namespace DpuCluster.EndToEnd;

/// <summary>What a manifest says of a virtual IP.</summary>
internal sealed record VirtualIp(string Vip, int Router)
{
    /// <summary>Network interface of the nodes.</summary>
    public string Interface { get; init; } = "br-dpu";

    /// <summary>Label of the nodes that hold it: by default the one of the node <c>control-plane-1</c>.</summary>
    public (string Key, string Value) Nodes { get; init; } = (ControlPlane, "");

    /// <summary>The label that control-plane nodes have, with one value or another.</summary>
    public const string ControlPlane = "node-role.kubernetes.io/control-plane";

    /// <summary>One that nobody with another number claims; 1 to 250.</summary>
    public static VirtualIp Numbered(int number) => new(string.Create(CultureInfo.InvariantCulture, $"10.66.0.{number}"), number);

    /// <summary>The value of <c>spec.clusterEndpoint</c>.</summary>
    public override string ToString() => JsonSerializer.Serialize(new
    {
        keepalived = new
        {
            @interface = Interface,
            vip = Vip,
            virtualRouterID = Router,
            nodeSelector = new Dictionary<string, string> { [Nodes.Key] = Nodes.Value },
        },
    });
}
