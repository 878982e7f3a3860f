using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using static DpuCluster.ApiServer.Tables.TableColumns;

namespace DpuCluster.ApiServer.Tables;

/// <summary>Columns of services and endpoints.</summary>
internal static class NetworkColumns
{
    private const int MostEndpoints = 3;

    public static IReadOnlyList<TableColumn> Of(string kind) => kind switch
    {
        "Service" =>
        [
            Name,
            Text("Type", "How it can be reached.", o => o.At("spec", "type").AsText()),
            Text("Cluster-IP", "Address inside the cluster.", o => OrNone(o.Object("spec")?.Texts("clusterIPs").FirstOrDefault() ?? o.At("spec", "clusterIP").AsText())),
            Text("External-IP", "Address outside of the cluster.", External),
            Text("Port(s)", "Ports, with their node ports.", Ports),
            Age,
            Text("Selector", "Which pods serve.", o => Labels(o.Object("spec")?.Object("selector")), 1),
        ],
        "Endpoints" => [Name, Text("Endpoints", "Addresses with their ports.", Subsets), Age],
        _ =>
        [
            Name,
            Text("AddressType", "Kind of the addresses.", o => o.Text("addressType")),
            Text("Ports", "Ports.", o => Shortened(o.Objects("ports").Select(p => p["port"]?.ToJsonString() ?? "*").ToList(), "<unset>")),
            Text("Endpoints", "Addresses.", o => Shortened(o.Objects("endpoints").SelectMany(e => e.Texts("addresses")).ToList(), "<unset>")),
            Age,
        ],
    };

    private static string External(JsonObject service)
    {
        var spec = service.Object("spec") ?? [];
        switch (spec.Text("type"))
        {
            case "ExternalName":
                return spec.Text("externalName");
            case "LoadBalancer":
                var given = ((service.At("status", "loadBalancer") as JsonObject)?.Objects("ingress") ?? [])
                    .Select(i => i.Text("ip") is { Length: > 0 } ip ? ip : i.Text("hostname")).Concat(spec.Texts("externalIPs"));
                return string.Join(',', given) is { Length: > 0 } all ? all : "<pending>";
            default:
                return Joined(spec.Texts("externalIPs"));
        }
    }

    private static string Ports(JsonObject service) => Joined((service.Object("spec")?.Objects("ports") ?? []).Select(p =>
        p.Whole("nodePort") is { } node && node != 0 ? $"{p.Whole("port")}:{node}/{p.Text("protocol")}" : $"{p.Whole("port")}/{p.Text("protocol")}"));

    private static string Subsets(JsonObject endpoints) => Shortened(
        endpoints.Objects("subsets").SelectMany(s => s.Objects("addresses").SelectMany(a => s.Objects("ports").Any()
            ? s.Objects("ports").Select(p => $"{a.Text("ip")}:{p.Whole("port")}")
            : [a.Text("ip")])).ToList(),
        "<none>");

    private static string Shortened(List<string> texts, string none)
    {
        if (texts.Count == 0) return none;
        var shown = string.Join(',', texts.Take(MostEndpoints));
        return texts.Count > MostEndpoints ? $"{shown} + {texts.Count - MostEndpoints} more..." : shown;
    }
}
