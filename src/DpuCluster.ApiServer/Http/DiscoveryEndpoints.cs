using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Discovery;
using DpuCluster.ApiServer.Resources;
using Microsoft.AspNetCore.Http;

namespace DpuCluster.ApiServer.Http;

/// <summary>Tells what is served.</summary>
internal sealed class DiscoveryEndpoints(ResourceRegistry registry)
{
    /// <summary>Answers a path of discovery; null for any other path.</summary>
    public Task? TryHandleAsync(HttpContext http, string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts switch
        {
            ["api"] => Root(http, core: true, () => DiscoveryDocuments.ApiVersions(http.Request.Host.Value ?? "")),
            ["apis"] => Root(http, core: false, () => DiscoveryDocuments.Groups(registry.All)),
            ["api", var version] => Answer(http, DiscoveryDocuments.Resources(registry.All, "", version)),
            ["apis", var group] => Answer(http, DiscoveryDocuments.Group(registry.All, group)),
            ["apis", var group, var version] => Answer(http, DiscoveryDocuments.Resources(registry.All, group, version)),
            _ => null,
        };
    }

    private Task Root(HttpContext http, bool core, Func<JsonObject> plain)
    {
        var type = MediaType.Negotiate(http.Request, discovery: true);
        http.Response.Headers.Vary = "Accept";
        if (type.Shape != AnswerShape.GroupDiscoveryList) return ResponseWriter.WriteAsync(http, 200, type, plain());
        return ResponseWriter.WriteAsync(http, 200, type, AggregatedDiscovery.Document(registry.All, core, type.Version),
            $"application/json;g=apidiscovery.k8s.io;v={type.Version};as=APIGroupDiscoveryList");
    }

    private static Task? Answer(HttpContext http, JsonObject? document) =>
        document is null ? null : ResponseWriter.WriteAsync(http, 200, MediaType.Negotiate(http.Request), document);
}
