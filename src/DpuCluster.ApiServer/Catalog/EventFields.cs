using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Catalog;

/// <summary>What events can be selected by, under the names of either group. They are stored in the form of the core group.</summary>
internal static class EventFields
{
    private static readonly string[] OfObject = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"];

    public static IReadOnlyList<SelectableField> Core { get; } =
    [
        .. OfObject.Select(f => ResourceCatalog.Field("involvedObject." + f)),
        ResourceCatalog.Field("reason"),
        ResourceCatalog.Field("reportingComponent"),
        new SelectableField("source", Source),
        ResourceCatalog.Field("type"),
    ];

    public static IReadOnlyList<SelectableField> Events { get; } =
    [
        .. OfObject.Select(f => ResourceCatalog.Field("involvedObject." + f) with { Label = "regarding." + f }),
        ResourceCatalog.Field("reason"),
        ResourceCatalog.Field("reportingComponent") with { Label = "reportingController" },
        ResourceCatalog.Field("type"),
    ];

    private static string Source(JsonObject stored) =>
        stored.At("source", "component").AsText() is { Length: > 0 } component ? component : stored.Text("reportingComponent");
}
