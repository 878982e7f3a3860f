using System.Globalization;
using System.Runtime.CompilerServices;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Discovery;
using DpuCluster.ApiServer.OpenApi;
using DpuCluster.ApiServer.Resources;
using Microsoft.AspNetCore.Http;

namespace DpuCluster.ApiServer.Http;

/// <summary>Tells what resources look like. Documents are made when first asked for, and kept until what is served changes.</summary>
internal sealed class OpenApiEndpoints(ResourceRegistry registry, Func<ServerVersion> server, TimeProvider clock)
{
    private readonly ConditionalWeakTable<IReadOnlyList<ResourceDefinition>, Documents> _documents = [];

    /// <summary>Answers a path of OpenAPI; null for any other path.</summary>
    public Task? TryHandleAsync(HttpContext http, string path)
    {
        if (!path.StartsWith("/openapi/", StringComparison.Ordinal)) return null;
        var documents = _documents.GetValue(registry.All, all => new Documents(all, server));
        if (path == "/openapi/v2")
        {
            var accept = http.Request.Headers.Accept.ToString();
            if (accept.Length == 0 || accept.Contains("json", StringComparison.Ordinal) || accept.Contains("*/*", StringComparison.Ordinal)) return WriteAsync(http, documents.V2.Value);
            if (OpenApiV2Message.MediaTypes.Any(type => accept.Contains(type, StringComparison.Ordinal))) return WriteAsync(http, documents.V2Message.Value, OpenApiV2Message.MediaTypes[0]);
            throw ApiErrors.NotAcceptable($"application/json, {OpenApiV2Message.MediaTypes[0]}");
        }

        if (path == "/openapi/v3") return WriteAsync(http, documents.Index.Value);
        const string Prefix = "/openapi/v3/";
        if (!path.StartsWith(Prefix, StringComparison.Ordinal) || documents.Part(path[Prefix.Length..]) is not { } part) return null;
        if (QueryParameters.Get(http.Request.Query, "hash") is not { Length: > 0 } hash) return WriteAsync(http, part);
        var current = OpenApiDocuments.Hash(part);
        if (hash != current) return RedirectAsync(http, $"{path}?hash={current}");

        // What has such a name never changes.
        http.Response.Headers.CacheControl = "public, immutable";
        http.Response.Headers.Vary = "Accept";
        http.Response.Headers.Expires = clock.GetUtcNow().AddYears(1).ToString("R", CultureInfo.InvariantCulture);
        return WriteAsync(http, part);
    }

    /// <summary>Leads a client that knows an earlier state to the one of now.</summary>
    private static Task RedirectAsync(HttpContext http, string to)
    {
        http.Response.Headers.Location = to;
        return ResponseWriter.WriteTextAsync(http, StatusCodes.Status301MovedPermanently, $"<a href=\"{to}\">Moved Permanently</a>.\n\n", "text/html; charset=utf-8");
    }

    private static Task WriteAsync(HttpContext http, byte[] document, string type = "application/json")
    {
        var tag = $"\"{OpenApiDocuments.Hash(document)}\"";
        http.Response.Headers.ETag = tag;
        if (http.Request.Headers.IfNoneMatch.ToString() == tag)
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        return ResponseWriter.WriteBytesAsync(http, 200, type, [document]);
    }

    private sealed class Documents
    {
        private readonly Dictionary<string, Lazy<byte[]>> _parts = new(StringComparer.Ordinal);

        public Documents(IReadOnlyList<ResourceDefinition> all, Func<ServerVersion> server)
        {
            foreach (var (path, group, version) in OpenApiDocuments.Parts(all))
            {
                _parts[path] = new Lazy<byte[]>(() => OpenApiDocuments.Utf8(OpenApiDocuments.V3(all, group, version, server().Text)!));
            }

            V2 = new Lazy<byte[]>(() => OpenApiDocuments.Utf8(OpenApiDocuments.V2(all, server().Text)));
            V2Message = new Lazy<byte[]>(() => OpenApiV2Message.Encode(OpenApiDocuments.V2(all, server().Text)));
            Index = new Lazy<byte[]>(() => OpenApiDocuments.Utf8(OpenApiDocuments.V3Index(_parts.Select(p => (p.Key, OpenApiDocuments.Hash(p.Value.Value))))));
        }

        public Lazy<byte[]> V2 { get; }

        public Lazy<byte[]> V2Message { get; }

        public Lazy<byte[]> Index { get; }

        public byte[]? Part(string path) => _parts.TryGetValue(path, out var part) ? part.Value : null;
    }
}
