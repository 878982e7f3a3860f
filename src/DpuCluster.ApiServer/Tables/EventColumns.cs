using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using static DpuCluster.ApiServer.Tables.TableColumns;

namespace DpuCluster.ApiServer.Tables;

/// <summary>Columns of events, in the form of the core group.</summary>
internal static class EventColumns
{
    public static IReadOnlyList<TableColumn> All { get; } =
    [
        Text("Last Seen", "How long ago it happened last.", (o, now) => HumanDuration.Since(Last(o), now)),
        Text("Type", "Normal or Warning.", o => o.Text("type")),
        Text("Reason", "What happened.", o => o.Text("reason")),
        Text("Object", "What it happened to.", Object),
        Text("Subobject", "Part of it.", o => o.At("involvedObject", "fieldPath").AsText() ?? "", 1),
        Text("Source", "Who says so.", Source, 1),
        Text("Message", "What happened, in words.", o => o.Text("message").Trim()),
        Text("First Seen", "How long ago it happened first.", (o, now) => HumanDuration.Since(o["firstTimestamp"] ?? o["eventTime"], now), 1),
        Whole("Count", "How often it happened.", Count, "string", 1),
        new TableColumn("Name", "string", "Name of the event.", 1, "name", (o, _) => o.At("metadata", "name").AsText()),
    ];

    private static JsonNode? Last(JsonObject e) => e.At("series", "lastObservedTime") ?? e["lastTimestamp"] ?? e["firstTimestamp"] ?? e["eventTime"];

    private static string Object(JsonObject e)
    {
        var kind = e.At("involvedObject", "kind").AsText() ?? "";
        var name = e.At("involvedObject", "name").AsText() ?? "";
        return name.Length > 0 ? $"{kind.ToLowerInvariant()}/{name}" : kind.ToLowerInvariant();
    }

    private static string Source(JsonObject e)
    {
        var component = e.At("source", "component").AsText() ?? "";
        var host = e.At("source", "host").AsText() ?? "";
        if (component.Length == 0) (component, host) = (e.Text("reportingComponent"), e.Text("reportingInstance"));
        return host.Length > 0 ? $"{component}, {host}" : component;
    }

    private static long Count(JsonObject e)
    {
        var count = e.Object("series")?.Whole("count") ?? e.Whole("count") ?? 0;
        return count == 0 ? 1 : count;
    }
}
