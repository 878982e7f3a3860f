using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using static DpuCluster.ApiServer.Tables.TableColumns;

namespace DpuCluster.ApiServer.Tables;

/// <summary>Columns of nodes.</summary>
internal static class NodeColumns
{
    private const string RolePrefix = "node-role.kubernetes.io/";

    public static IReadOnlyList<TableColumn> All { get; } =
    [
        Name,
        Text("Status", "Whether it is ready, and takes new pods.", Status),
        Text("Roles", "Roles, from its labels.", Roles),
        Age,
        Text("Version", "Version of its kubelet.", o => Info(o, "kubeletVersion")),
        Text("Internal-IP", "Address inside.", o => Address(o, "InternalIP"), 1),
        Text("External-IP", "Address outside.", o => Address(o, "ExternalIP"), 1),
        Text("OS-Image", "Operating system.", o => OrNone(Info(o, "osImage"), "<unknown>"), 1),
        Text("Kernel-Version", "Kernel.", o => OrNone(Info(o, "kernelVersion"), "<unknown>"), 1),
        Text("Container-Runtime", "Container runtime.", o => OrNone(Info(o, "containerRuntimeVersion"), "<unknown>"), 1),
    ];

    private static string Status(JsonObject node)
    {
        var ready = (node.Object("status")?.Objects("conditions") ?? []).FirstOrDefault(c => c.Text("type") == "Ready");
        var status = ready is null ? "Unknown" : ready.Text("status") == "True" ? "Ready" : "NotReady";
        return node.At("spec", "unschedulable").IsTrue() ? status + ",SchedulingDisabled" : status;
    }

    private static string Roles(JsonObject node)
    {
        var roles = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in node.At("metadata", "labels") as JsonObject ?? [])
        {
            if (key.StartsWith(RolePrefix, StringComparison.Ordinal) && key.Length > RolePrefix.Length) roles.Add(key[RolePrefix.Length..]);
            else if (key == "kubernetes.io/role" && value.AsText() is { Length: > 0 } role) roles.Add(role);
        }

        return Joined(roles);
    }

    private static string Address(JsonObject node, string type) =>
        OrNone((node.Object("status")?.Objects("addresses") ?? []).FirstOrDefault(a => a.Text("type") == type)?.Text("address"));

    private static string? Info(JsonObject node, string field) => node.At("status", "nodeInfo", field).AsText();
}
