using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Storage;
using DpuCluster.Kubernetes.Serialization;
using Microsoft.AspNetCore.Http;

namespace DpuCluster.ApiServer.Http;

/// <summary>Writes answers.</summary>
internal static class ResponseWriter
{
    // Shorter answers are not worth the work of compressing them.
    private const int CompressFrom = 128 * 1024;

    private static readonly byte[] NewLine = "\n"u8.ToArray();

    /// <summary>Writes a JSON document in the form that the client accepts.</summary>
    public static Task WriteAsync(HttpContext http, int code, MediaType type, JsonNode document, string contentType = "application/json") =>
        type.IsYaml
            ? WriteTransformedAsync(http, code, type, document)
            : WriteBytesAsync(http, code, contentType, [ObjectEncoder.EncodePlain(document, type.Pretty), NewLine]);

    /// <summary>Writes encoded JSON in the form that the client accepts.</summary>
    public static Task WriteAsync(HttpContext http, int code, MediaType type, ReadOnlyMemory<byte> json) =>
        type.IsYaml || type.Pretty
            ? WriteTransformedAsync(http, code, type, StoredObject.Parse(json.Span))
            : WriteBytesAsync(http, code, "application/json", [json, NewLine]);

    /// <summary>Writes text.</summary>
    public static Task WriteTextAsync(HttpContext http, int code, string text, string type = "text/plain; charset=utf-8") =>
        WriteBytesAsync(http, code, type, [Encoding.UTF8.GetBytes(text)]);

    /// <summary>Writes what is said of a path that nobody answers for.</summary>
    public static Task NotFoundAsync(HttpContext http) => WriteTextAsync(http, 404, "404 page not found\n");

    /// <summary>Writes a status that says why a request failed.</summary>
    public static Task WriteErrorAsync(HttpContext http, JsonObject status, int code)
    {
        var type = MediaType.Json;
        try
        {
            type = MediaType.Negotiate(http.Request) with { Shape = AnswerShape.Object };
        }
        catch (ApiException)
        {
            // A client that accepts nothing that there is gets the reason in JSON all the same.
        }

        return WriteAsync(http, code, type, status);
    }

    /// <summary>Writes an answer in pieces.</summary>
    public static async Task WriteBytesAsync(HttpContext http, int code, string type, IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        var response = http.Response;
        response.StatusCode = code;
        response.ContentType = type;
        long length = 0;
        foreach (var piece in pieces) length += piece.Length;
        if (length >= CompressFrom && http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
        {
            response.Headers.ContentEncoding = "gzip";
            response.Headers.Vary = "Accept-Encoding";
            await using var gzip = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
            foreach (var piece in pieces) await gzip.WriteAsync(piece, http.RequestAborted).ConfigureAwait(false);
            return;
        }

        response.ContentLength = length;
        if (HttpMethods.IsHead(http.Request.Method)) return;
        var written = 0;
        foreach (var piece in pieces)
        {
            var span = response.BodyWriter.GetMemory(piece.Length);
            piece.CopyTo(span);
            response.BodyWriter.Advance(piece.Length);
            written += piece.Length;
            if (written < FlushAfter) continue;
            written = 0;
            await response.BodyWriter.FlushAsync(http.RequestAborted).ConfigureAwait(false);
        }

        await response.BodyWriter.FlushAsync(http.RequestAborted).ConfigureAwait(false);
    }

    private const int FlushAfter = 64 * 1024;

    private static Task WriteTransformedAsync(HttpContext http, int code, MediaType type, JsonNode document) =>
        type.IsYaml
            ? WriteBytesAsync(http, code, "application/yaml", [Encoding.UTF8.GetBytes(Yaml.FromJson(InOrder(document)))])
            : WriteBytesAsync(http, code, "application/json", [ObjectEncoder.EncodePlain(document, indented: true), NewLine]);

    /// <summary>With the members of every object in the order of their names, as kube-apiserver writes YAML.</summary>
    private static JsonNode? InOrder(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, InOrder(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(InOrder)]),
        _ => node?.DeepClone(),
    };
}
