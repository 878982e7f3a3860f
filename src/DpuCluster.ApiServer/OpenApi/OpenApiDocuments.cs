using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Discovery;

namespace DpuCluster.ApiServer.OpenApi;

/// <summary>
/// What a server's resources look like and what can be done with them, as OpenAPI. Documents are made anew with every
/// call, which takes tens of milliseconds for the larger ones: the caller keeps them until the resources change.
/// </summary>
internal static class OpenApiDocuments
{
    /// <summary>The documents that there are in v3: <c>api/v1</c>, <c>apis/group/version</c>.</summary>
    public static IReadOnlyList<(string Path, string Group, string Version)> Parts(IReadOnlyCollection<ResourceDefinition> resources) =>
    [
        .. DiscoveryDocuments.Versions(resources.Where(r => r.Group.Length == 0)).Select(v => ($"api/{v}", "", v)),
        .. DiscoveryDocuments.GroupNames(resources).SelectMany(g => g.Versions.Select(v => ($"apis/{g.Name}/{v}", g.Name, v))),
    ];

    /// <summary><c>/openapi/v3</c>.</summary>
    /// <param name="parts">Path and hash of each document.</param>
    public static JsonObject V3Index(IEnumerable<(string Path, string Hash)> parts)
    {
        var paths = new JsonObject();
        foreach (var (path, hash) in parts) paths[path] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{path}?hash={hash}" };
        return new JsonObject { ["paths"] = paths };
    }

    /// <summary><c>/openapi/v3/apis/group/version</c>; null when there is no such version.</summary>
    /// <param name="resources">Everything that is served.</param>
    /// <param name="group">API group.</param>
    /// <param name="version">Version of it.</param>
    /// <param name="serverVersion">The server's own version.</param>
    public static JsonObject? V3(IEnumerable<ResourceDefinition> resources, string group, string version, string serverVersion)
    {
        var mine = resources.Where(r => r.Group == group && r.Version == version).ToList();
        if (mine.Count == 0) return null;
        var (paths, definitions) = Write(OpenApiDialect.V3, mine);
        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = Info(serverVersion),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = definitions,
                ["securitySchemes"] = new JsonObject { ["BearerToken"] = BearerToken() },
            },
        };
    }

    /// <summary><c>/openapi/v2</c>.</summary>
    /// <param name="resources">Everything that is served.</param>
    /// <param name="serverVersion">The server's own version.</param>
    public static JsonObject V2(IEnumerable<ResourceDefinition> resources, string serverVersion)
    {
        var (paths, definitions) = Write(OpenApiDialect.V2, resources);
        return new JsonObject
        {
            ["swagger"] = "2.0",
            ["info"] = Info(serverVersion),
            ["paths"] = paths,
            ["definitions"] = definitions,
            ["securityDefinitions"] = new JsonObject { ["BearerToken"] = BearerToken() },
            ["security"] = new JsonArray(new JsonObject { ["BearerToken"] = new JsonArray() }),
        };
    }

    /// <summary>A document as it goes over the wire.</summary>
    public static byte[] Utf8(JsonObject document)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) document.WriteTo(writer);
        return stream.ToArray();
    }

    /// <summary>Hash of a document, by which clients keep it.</summary>
    public static string Hash(ReadOnlySpan<byte> document) => Convert.ToHexString(SHA256.HashData(document));

    private static (JsonObject Paths, JsonObject Definitions) Write(OpenApiDialect dialect, IEnumerable<ResourceDefinition> resources)
    {
        var schemas = new SchemaWriter(dialect);
        var kinds = new KindWriter(schemas);
        var paths = new PathWriter(dialect, schemas, kinds);
        kinds.DefineCommon();
        foreach (var resource in resources) paths.Add(resource);
        return (paths.Paths, schemas.Definitions);
    }

    private static JsonObject Info(string version) => new() { ["title"] = "Kubernetes", ["version"] = version };

    private static JsonObject BearerToken() => new()
    {
        ["description"] = "Bearer token",
        ["type"] = "apiKey",
        ["name"] = "authorization",
        ["in"] = "header",
    };
}
