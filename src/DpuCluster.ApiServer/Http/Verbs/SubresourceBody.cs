using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Catalog.Types;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Schemas.FieldValidation;

namespace DpuCluster.ApiServer.Http.Verbs;

/// <summary>Reads the bodies of subresources that have a type of their own, such as <c>Scale</c>.</summary>
internal static class SubresourceBody
{
    /// <summary>Reads a body; a kind and version that are left out are those of the type.</summary>
    /// <param name="request">The request.</param>
    /// <param name="type">What the body is.</param>
    /// <param name="apiVersion">Its version, such as <c>autoscaling/v1</c>.</param>
    /// <exception cref="ApiException">400: it is something else.</exception>
    public static async Task<JsonObject> ReadAsync(ApiRequest request, TypeDefinition type, string apiVersion)
    {
        var body = (await WriteEndpoint.ReadBodyAsync(request).ConfigureAwait(false)).Json;
        JsonNode? read;
        try
        {
            read = StrictJson.Parse(body).Node;
        }
        catch (StrictJsonException exception)
        {
            throw ObjectDecoder.Unrecognized(type.Name, body, $"couldn't get version/kind; json parse error: {exception.Message}");
        }

        var obj = read switch
        {
            null => [],
            JsonObject given => given,
            var other => throw ObjectDecoder.Unrecognized(type.Name, body, ObjectDecoder.NoTypeIn(other)),
        };
        obj.SetDefault("kind", type.Name);
        obj.SetDefault("apiVersion", apiVersion);
        var (kind, version) = (obj.Text("kind"), obj.Text("apiVersion"));
        var error = kind == type.Name && version == apiVersion
            ? DecodingErrors.First(obj, type)
            : ObjectDecoder.NotRegistered(kind, version);
        return error is null ? obj : throw ApiErrors.BadRequest($"{kind} in version \"{version.Split('/')[^1]}\" cannot be handled as a {type.Name}: {error}");
    }
}
