using DpuCluster.ApiServer.Catalog;
using Microsoft.AspNetCore.Http;

namespace DpuCluster.ApiServer.Http;

/// <summary>
/// What requests are counted by. A client can name whatever it likes: what is not served is counted together, so that neither the
/// number of series nor what stands in them is for clients to decide.
/// </summary>
internal readonly record struct RequestLabels(string Verb, string Group, string Version, string Resource, string Subresource, string Scope, string DryRun)
{
    private static readonly string[] HealthPaths = ["/healthz", "/livez", "/readyz"];

    /// <summary>Which part has answered; as kube-apiserver has it, nobody's name where the path is no resource's.</summary>
    private string Component => Subresource.StartsWith('/') ? "" : "apiserver";

    /// <summary>What a request for health is counted by; <see langword="null"/> for one for anything else.</summary>
    public static RequestLabels? OfHealth(string path) =>
        Array.Find(HealthPaths, one => one == path) is { } known ? new("GET", "", "", "", known, "", "") : null;

    /// <summary>The labels as they stand in the text of metrics, but for the code of the answer.</summary>
    public string Text =>
        $"component=\"{Component}\",dry_run=\"{DryRun}\",group=\"{Group}\",resource=\"{Resource}\",scope=\"{Scope}\",subresource=\"{Subresource}\",verb=\"{Verb}\",version=\"{Version}\"";

    public static RequestLabels Of(HttpRequest request, RequestInfo info, ResourceDefinition? resource)
    {
        var verb = info.Verb switch
        {
            "create" => "POST",
            "update" => "PUT",
            "patch" => RequestBody.ContentType(request).StartsWith("application/apply-patch", StringComparison.Ordinal) ? "APPLY" : "PATCH",
            "get" => "GET",
            "list" => "LIST",
            "watch" => "WATCH",
            "delete" => "DELETE",
            "deletecollection" => "DELETECOLLECTION",
            _ => "other",
        };
        if (resource is null || (info.Subresource.Length > 0 && resource.Subresource(info.Subresource) is null)) return new(verb, "", "", "", "", "", "");
        var scope = info.Name.Length > 0 ? "resource" : info.Namespace.Length > 0 ? "namespace" : "cluster";
        return new(verb, resource.Group, resource.Version, resource.Plural, info.Subresource, scope, request.Query["dryRun"].Contains("All") ? "All" : "");
    }
}
