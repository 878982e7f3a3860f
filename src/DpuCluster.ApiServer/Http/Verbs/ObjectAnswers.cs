using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Http.Verbs;

/// <summary>Answers with objects and lists in the shape that the client asked for.</summary>
internal sealed class ObjectAnswers(TableAnswers tables)
{
    /// <summary>Answers with one object.</summary>
    public Task WriteAsync(ApiRequest request, int code, StoredObject stored)
    {
        switch (request.Accept.Shape)
        {
            case AnswerShape.Table:
                var revision = stored.Revision.ToString(CultureInfo.InvariantCulture);
                return ResponseWriter.WriteAsync(request.Http, code, request.Accept, tables.Make(request, [stored], revision, null, null, withColumns: true));
            case AnswerShape.PartialObjectMetadata:
                return ResponseWriter.WriteAsync(request.Http, code, request.Accept, Partial(request, stored));
            case AnswerShape.PartialObjectMetadataList:
                throw ApiErrors.NotTransformable($"you requested PartialObjectMetadataList, but the requested object is not a list (*{InternalType(request)})");
            default:
                return ResponseWriter.WriteAsync(request.Http, code, request.Accept, ServedObjects.Json(request.Resource, stored));
        }
    }

    /// <summary>Answers with a list.</summary>
    public Task WriteAsync(ApiRequest request, ListPage page)
    {
        var revision = page.Revision.ToString(CultureInfo.InvariantCulture);
        switch (request.Accept.Shape)
        {
            case AnswerShape.Table:
                return ResponseWriter.WriteAsync(request.Http, 200, request.Accept,
                    tables.Make(request, page.Items, revision, page.Continue, page.Remaining, withColumns: true));
            case AnswerShape.PartialObjectMetadataList:
                var items = new JsonArray();
                foreach (var item in page.Items) items.Add((JsonNode)Partial(request, item));
                return ResponseWriter.WriteAsync(request.Http, 200, request.Accept, new JsonObject
                {
                    ["kind"] = "PartialObjectMetadataList",
                    ["apiVersion"] = $"meta.k8s.io/{request.Accept.Version}",
                    ["metadata"] = ListMetadata(revision, page.Continue, page.Remaining),
                    ["items"] = items,
                });
            case AnswerShape.PartialObjectMetadata:
                throw ApiErrors.NotTransformable($"you requested PartialObjectMetadata, but the requested object is a list (*{InternalType(request)}List)");
            default:
                return WriteItemsAsync(request, page, ListMetadata(revision, page.Continue, page.Remaining));
        }
    }

    private static string InternalType(ApiRequest request) => request.Resource.IsBuiltIn ? request.Resource.InternalType : "unstructured.Unstructured";

    /// <summary>Kind, version and metadata of an object, and nothing else.</summary>
    public static JsonObject Partial(ApiRequest request, StoredObject stored)
    {
        var metadata = ServedObjects.Read(request.Resource, stored)["metadata"]?.DeepClone();
        return new JsonObject
        {
            ["kind"] = "PartialObjectMetadata",
            ["apiVersion"] = $"meta.k8s.io/{(request.Accept.Version.Length == 0 ? "v1" : request.Accept.Version)}",
            ["metadata"] = metadata,
        };
    }

    /// <summary>Metadata of a list.</summary>
    public static JsonObject ListMetadata(string revision, string? next, long? remaining)
    {
        var metadata = new JsonObject { ["resourceVersion"] = revision };
        if (next is not null) metadata["continue"] = next;
        if (remaining is > 0) metadata["remainingItemCount"] = remaining;
        return metadata;
    }

    // The items are stored as they are sent: they are put together without being read.
    private static Task WriteItemsAsync(ApiRequest request, ListPage page, JsonObject metadata)
    {
        var resource = request.Resource;
        var listMetadata = Encoding.UTF8.GetString(ObjectEncoder.EncodePlain(metadata));
        var pieces = new List<ReadOnlyMemory<byte>>(page.Items.Count * 2 + 2);
        if (resource.IsBuiltIn) pieces.Add(Bytes($"{{\"kind\":\"{resource.ListKind}\",\"apiVersion\":\"{resource.ApiVersion}\",\"metadata\":{listMetadata},\"items\":["));
        else pieces.Add(Bytes($"{{\"apiVersion\":\"{resource.ApiVersion}\",\"items\":["));
        var brace = ServedObjects.NeedsBrace(resource);
        for (var i = 0; i < page.Items.Count; i++)
        {
            if (brace) pieces.Add(i == 0 ? OpenBrace : CommaBrace);
            else if (i > 0) pieces.Add(Comma);
            pieces.Add(ServedObjects.Item(resource, page.Items[i]));
        }

        pieces.Add(resource.IsBuiltIn ? End : Bytes($"],\"kind\":\"{resource.ListKind}\",\"metadata\":{listMetadata}}}\n"));
        if (!request.Accept.IsYaml && !request.Accept.Pretty) return ResponseWriter.WriteBytesAsync(request.Http, 200, "application/json", pieces);

        var whole = new MemoryStream();
        foreach (var piece in pieces) whole.Write(piece.Span);
        return ResponseWriter.WriteAsync(request.Http, 200, request.Accept, whole.ToArray());
    }

    private static readonly byte[] OpenBrace = "{"u8.ToArray();
    private static readonly byte[] CommaBrace = ",{"u8.ToArray();
    private static readonly byte[] Comma = ","u8.ToArray();
    private static readonly byte[] End = "]}\n"u8.ToArray();

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
