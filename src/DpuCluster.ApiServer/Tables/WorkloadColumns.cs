using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using static DpuCluster.ApiServer.Tables.TableColumns;

namespace DpuCluster.ApiServer.Tables;

/// <summary>Columns of what makes pods from a template.</summary>
internal static class WorkloadColumns
{
    private static readonly TableColumn[] Wide =
    [
        Text("Containers", "Names of the containers.", o => string.Join(',', Containers(o).Select(c => c.Text("name"))), 1),
        Text("Images", "Images of the containers.", o => string.Join(',', Containers(o).Select(c => c.Text("image"))), 1),
        Text("Selector", "Which pods belong to it.", o => Selector(o.Object("spec")?.Object("selector")), 1),
    ];

    public static IReadOnlyList<TableColumn> Of(string kind) => kind switch
    {
        "Deployment" =>
        [
            Name,
            Text("Ready", "Pods that are ready, of those wanted.", o => $"{Status(o, "readyReplicas")}/{Wanted(o)}"),
            Whole("Up-to-date", "Pods of the newest version.", o => Status(o, "updatedReplicas")),
            Whole("Available", "Pods that have been ready for long enough.", o => Status(o, "availableReplicas")),
            Age,
            .. Wide,
        ],
        "DaemonSet" =>
        [
            Name,
            Whole("Desired", "Nodes that should have a pod.", o => Status(o, "desiredNumberScheduled")),
            Whole("Current", "Nodes that have one.", o => Status(o, "currentNumberScheduled")),
            Whole("Ready", "Nodes whose pod is ready.", o => Status(o, "numberReady")),
            Whole("Up-to-date", "Nodes whose pod is of the newest version.", o => Status(o, "updatedNumberScheduled")),
            Whole("Available", "Nodes whose pod has been ready for long enough.", o => Status(o, "numberAvailable")),
            Text("Node Selector", "Labels that the nodes must have.", o => Labels(o.At("spec", "template", "spec", "nodeSelector") as JsonObject)),
            Age,
            .. Wide,
        ],
        _ =>
        [
            Name,
            Whole("Desired", "Pods wanted.", Wanted),
            Whole("Current", "Pods there are.", o => Status(o, "replicas")),
            Whole("Ready", "Pods that are ready.", o => Status(o, "readyReplicas")),
            Age,
            .. Wide,
        ],
    };

    private static long Status(JsonObject obj, string field) => obj.Object("status")?.Whole(field) ?? 0;

    private static long Wanted(JsonObject obj) => obj.Object("spec")?.Whole("replicas") ?? 0;

    private static IEnumerable<JsonObject> Containers(JsonObject obj) => (obj.At("spec", "template", "spec") as JsonObject)?.Objects("containers") ?? [];
}
