using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;

namespace DpuCluster.ApiServer.Tables;

/// <summary>What of an object goes along with its row.</summary>
internal enum IncludeObject
{
    Metadata,
    None,
    Object,
}

/// <summary>Shows objects as tables (<c>meta.k8s.io/v1 Table</c>) and as metadata only. Safe for use by several threads.</summary>
internal sealed class TableBuilder(TimeProvider time)
{
    private const string MetaVersion = "meta.k8s.io/v1";

    private readonly ConcurrentDictionary<ResourceDefinition, IReadOnlyList<TableColumn>> _columns = new(ReferenceEqualityComparer.Instance);

    /// <summary>A table of objects.</summary>
    /// <param name="resource">What they are.</param>
    /// <param name="items">The objects, as served.</param>
    /// <param name="listMeta">Metadata of the list (resourceVersion, continue, remainingItemCount); for a single object, with its resourceVersion.</param>
    /// <param name="include">What of each object goes along.</param>
    /// <param name="headers">Whether to describe the columns; a watch does so in its first event only.</param>
    public JsonObject Table(ResourceDefinition resource, IEnumerable<JsonObject> items, JsonObject? listMeta, IncludeObject include, bool headers = true)
    {
        var columns = _columns.GetOrAdd(resource, TableColumns.Of);
        var now = time.GetUtcNow();
        var rows = new JsonArray();
        foreach (var item in items) rows.Add((JsonNode)Row(resource, columns, item, include, now));
        return new JsonObject
        {
            ["kind"] = "Table",
            ["apiVersion"] = MetaVersion,
            ["metadata"] = listMeta?.DeepClone() ?? new JsonObject(),
            ["columnDefinitions"] = headers ? new JsonArray([.. columns.Select(Definition)]) : null,
            ["rows"] = rows,
        };
    }

    /// <summary>An object's metadata, as <c>PartialObjectMetadata</c>.</summary>
    public static JsonObject Partial(JsonObject obj) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = MetaVersion,
        ["metadata"] = obj["metadata"]?.DeepClone() ?? new JsonObject(),
    };

    /// <summary>The metadata of several objects, as <c>PartialObjectMetadataList</c>.</summary>
    public static JsonObject PartialList(IEnumerable<JsonObject> items, JsonObject? listMeta) => new()
    {
        ["kind"] = "PartialObjectMetadataList",
        ["apiVersion"] = MetaVersion,
        ["metadata"] = listMeta?.DeepClone() ?? new JsonObject(),
        ["items"] = new JsonArray([.. items.Select(i => (JsonNode)Partial(i))]),
    };

    private static JsonObject Row(ResourceDefinition resource, IReadOnlyList<TableColumn> columns, JsonObject item, IncludeObject include, DateTimeOffset now)
    {
        var printed = resource is { IsBuiltIn: true, StoredAs: { } view } ? view.ToStorage(item) : item;
        var cells = new JsonArray();
        foreach (var column in columns) cells.Add(column.Cell(printed, now));
        var row = new JsonObject { ["cells"] = cells };
        if (resource is { Group: "", Kind: "Pod" } && PodColumns.Completed(item) is { } reason)
        {
            row["conditions"] = new JsonArray(new JsonObject
            {
                ["type"] = "Completed",
                ["status"] = "True",
                ["reason"] = reason,
                ["message"] = reason == "Failed" ? "The pod failed." : "The pod has completed successfully.",
            });
        }

        row["object"] = include switch
        {
            IncludeObject.None => null,
            IncludeObject.Object => item.DeepClone(),
            _ => Partial(item),
        };
        return row;
    }

    private static JsonNode Definition(TableColumn column) => new JsonObject
    {
        ["name"] = column.Name,
        ["type"] = column.Type,
        ["format"] = column.Format,
        ["description"] = column.Description,
        ["priority"] = column.Priority,
    };
}
