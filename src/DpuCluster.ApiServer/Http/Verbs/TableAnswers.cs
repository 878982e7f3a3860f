using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.ApiServer.Storage;
using DpuCluster.ApiServer.Tables;

namespace DpuCluster.ApiServer.Http.Verbs;

/// <summary>Answers with the columns that <c>kubectl get</c> prints.</summary>
internal sealed class TableAnswers(TimeProvider clock)
{
    private readonly TableBuilder _builder = new(clock);

    /// <summary>Makes a table of objects.</summary>
    public JsonObject Make(ApiRequest request, IReadOnlyList<StoredObject> objects, string revision, string? next, long? remaining, bool withColumns) =>
        Make(request, objects.Select(o => ServedObjects.Read(request.Resource, o)), ObjectAnswers.ListMetadata(revision, next, remaining), withColumns);

    /// <summary>Makes a table of objects as they are served.</summary>
    public JsonObject Make(ApiRequest request, IEnumerable<JsonObject> objects, JsonObject metadata, bool withColumns)
    {
        var include = QueryParameters.Get(request.Query, "includeObject") switch
        {
            "None" => IncludeObject.None,
            "Object" => IncludeObject.Object,
            "" or "Metadata" => IncludeObject.Metadata,
            var other => throw ApiErrors.Invalid("meta.k8s.io", "TableOptions", "",
                [FieldError.Invalid("includeObject", JsonValue.Create(other), "must be 'Metadata', 'Object', 'None', or empty")]),
        };
        return _builder.Table(request.Resource, objects, metadata, include, withColumns);
    }
}
