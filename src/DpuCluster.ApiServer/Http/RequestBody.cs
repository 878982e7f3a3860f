using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Protobuf;
using DpuCluster.ApiServer.Schemas.FieldValidation;
using DpuCluster.ApiServer.Storage;
using Microsoft.AspNetCore.Http;

namespace DpuCluster.ApiServer.Http;

/// <summary>How an object is written in a body.</summary>
internal enum BodyFormat
{
    Json,
    Yaml,
    Protobuf,
}

/// <summary>A body as JSON.</summary>
/// <param name="Json">The JSON.</param>
/// <param name="StrictErrors">What strict field validation has against the form that it was sent in, and its JSON does not show.</param>
internal readonly record struct EncodedBody(byte[] Json, IReadOnlyList<string> StrictErrors);

/// <summary>Reads what a client sends.</summary>
internal static class RequestBody
{
    /// <summary>Most bytes of a body: 3 MiB, as in a real server.</summary>
    public const int Most = 3 * 1024 * 1024;

    private const string Accepted = "application/json, application/yaml, application/vnd.kubernetes.protobuf";

    private const int MostDepth = 512;

    /// <summary>The body as it came.</summary>
    /// <exception cref="ApiException">413: it is too long.</exception>
    public static async Task<byte[]> ReadAsync(HttpContext http)
    {
        var request = http.Request;
        if (request.ContentLength > Most) throw ApiErrors.TooLarge(Most);
        if (request.ContentLength is { } length)
        {
            var body = new byte[length];
            await request.Body.ReadExactlyAsync(body, http.RequestAborted).ConfigureAwait(false);
            return body;
        }

        while (true)
        {
            var read = await request.BodyReader.ReadAsync(http.RequestAborted).ConfigureAwait(false);
            if (read.Buffer.Length > Most)
            {
                // Taken, so that the rest can be read and dropped: closed before that, the connection takes the answer with it.
                request.BodyReader.AdvanceTo(read.Buffer.End);
                throw ApiErrors.TooLarge(Most);
            }

            if (read.IsCompleted) return read.Buffer.ToArray();
            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>The media type of the body, without parameters; JSON when none is given.</summary>
    public static string ContentType(HttpRequest request)
    {
        var type = request.ContentType ?? "";
        var semicolon = type.IndexOf(';', StringComparison.Ordinal);
        if (semicolon >= 0) type = type[..semicolon];
        type = type.Trim().ToLowerInvariant();
        return type.Length == 0 ? "application/json" : type;
    }

    /// <summary>Refuses what cannot be an object.</summary>
    /// <param name="request">The request.</param>
    /// <param name="protobuf">Whether the object can come in protobuf.</param>
    /// <exception cref="ApiException">415: it cannot be one.</exception>
    public static BodyFormat Format(HttpRequest request, bool protobuf) => ContentType(request) switch
    {
        "application/json" => BodyFormat.Json,
        "application/yaml" => BodyFormat.Yaml,
        ProtobufBody.MediaType when protobuf => BodyFormat.Protobuf,
        ProtobufBody.MediaType => throw ApiErrors.UnsupportedMediaType("application/json, application/yaml"),
        _ => throw ApiErrors.UnsupportedMediaType(Accepted),
    };

    /// <summary>YAML as JSON.</summary>
    /// <exception cref="ApiException">400: it is none, or says what JSON cannot.</exception>
    public static EncodedBody YamlToJson(byte[] yaml)
    {
        try
        {
            var read = StrictYaml.Parse(yaml);
            return new EncodedBody(ObjectEncoder.EncodePlain(read.Node ?? new JsonObject()), read.StrictErrors);
        }
        catch (StrictJsonException exception)
        {
            throw ApiErrors.BadRequest(exception.Message);
        }
    }

    /// <summary>Parses JSON of which nothing is known but that it should be an object.</summary>
    public static JsonObject? TryParse(byte[] json)
    {
        try
        {
            return JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { MaxDepth = MostDepth }) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
