using DpuCluster.ApiServer.Http.Verbs;
using Microsoft.AspNetCore.Http;

namespace DpuCluster.ApiServer.Http;

/// <summary>Finds the one who answers a request for objects.</summary>
internal sealed class ApiEndpoints(
    ReadEndpoint reading,
    WatchEndpoint watching,
    WriteEndpoint writing,
    DeleteEndpoint deleting,
    PathEndpoints paths)
{
    private readonly Dictionary<(string Group, string Resource, string Subresource, string Verb), Func<ApiRequest, Task>> _special = [];

    public PathEndpoints Paths => paths;

    /// <summary>Registers who answers for a subresource, or for a resource that is not stored; before the server starts.</summary>
    public void Add(string group, string resource, string subresource, string verb, Func<ApiRequest, Task> handle) =>
        _special[(group, resource, subresource, verb)] = handle;

    public Task HandleAsync(ApiRequest request)
    {
        var (info, resource) = (request.Info, request.Resource);
        if (_special.TryGetValue((resource.Group, resource.Plural, info.Subresource, info.Verb), out var special)) return special(request);
        if (info.Subresource.Length > 0)
        {
            if (resource.Subresource(info.Subresource) is not { } subresource) return NotThere(request);
            if (!subresource.Verbs.Contains(info.Verb)) return NotAllowed(request);
            if (_special.TryGetValue(("*", "*", info.Subresource, info.Verb), out var general)) return general(request);
            if (info.Subresource != "status") return NotThere(request);
        }
        else if (!resource.Verbs.Contains(info.Verb) || (info.Verb == "create" && info.Name.Length > 0)
            || (info.Verb is "create" && resource.Namespaced && info.Namespace.Length == 0 && resource.IsStored)
            || (resource.IsBuiltIn && !IsRouted(request)))
        {
            return NotAllowed(request);
        }
        else if (info.Verb == "create" && resource.IsTerminating)
        {
            throw ApiErrors.MethodNotSupported(resource, info.Verb, $"{info.Verb} not allowed while custom resource definition is terminating");
        }
        else if (info.Verb is "update" or "patch" && info.Name.Length == 0)
        {
            throw ApiErrors.BadRequest("name must be provided");
        }

        return info.Verb switch
        {
            "get" => reading.GetAsync(request),
            "list" => reading.ListAsync(request),
            "watch" => watching.HandleAsync(request),
            "create" => writing.CreateAsync(request),
            "update" => writing.UpdateAsync(request),
            "patch" => writing.PatchAsync(request),
            "delete" => deleting.DeleteAsync(request),
            "deletecollection" => deleting.DeleteCollectionAsync(request),
            _ => NotAllowed(request),
        };
    }

    /// <summary>
    /// Whether a real server has a route for the request: it has one for each method and form of path, none for HEAD, and for all
    /// namespaces together those of list and watch alone.
    /// </summary>
    private static bool IsRouted(ApiRequest request) => request.Info switch
    {
        { Verb: "update" or "patch", Name: "" } => false,
        { Verb: "watch" } => HttpMethods.IsGet(request.Http.Request.Method),
        { Verb: "deletecollection", Namespace: "" } when request.Resource.Namespaced => false,
        _ => !HttpMethods.IsHead(request.Http.Request.Method),
    };

    private static Task NotThere(ApiRequest request) =>
        request.Resource.IsBuiltIn
            ? throw ApiErrors.Generic(404)
            : ResponseWriter.NotFoundAsync(request.Http);

    private static Task NotAllowed(ApiRequest request) =>
        throw (request.Resource.IsBuiltIn ? ApiErrors.Generic(405) : ApiErrors.MethodNotSupported(request.Resource, request.Info.Verb));
}
