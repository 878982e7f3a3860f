using DpuCluster.ApiServer.Authentication;
using DpuCluster.ApiServer.Authorization;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Storage;
using DpuCluster.Kubernetes.Meta;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DpuCluster.ApiServer.Http;

/// <summary>Takes every request: who asks, for what, may they; then hands it to the verb, and turns what goes wrong into a Status.</summary>
internal sealed partial class ApiHandler(
    Authenticator authenticator,
    RbacAuthorizer authorizer,
    ResourceRegistry registry,
    ObjectStore store,
    ApiEndpoints endpoints,
    ServerMetrics metrics,
    TimeProvider clock,
    ILogger logger)
{
    private readonly Impersonation _impersonation = new(authorizer);

    public async Task HandleAsync(HttpContext http)
    {
        var started = clock.GetTimestamp();
        var info = RequestInfo.Read(http.Request);
        http.Response.Headers["Audit-Id"] = Guid.NewGuid().ToString();
        http.Response.Headers.CacheControl = "no-cache, private";
        var inFlight = metrics.Begin(info);
        try
        {
            await DispatchAsync(http, info).ConfigureAwait(false);
        }
        catch (ApiException exception)
        {
            await WriteErrorAsync(http, info.IsResource && !IsRead(info) ? await SettledAsync(exception).ConfigureAwait(false) : exception).ConfigureAwait(false);
        }
        catch (StoreFailedException exception)
        {
            await WriteErrorAsync(http, Unavailable(exception)).ConfigureAwait(false);
        }
        catch (KubernetesException exception)
        {
            await WriteErrorAsync(http, FromStatus(exception.Status)).ConfigureAwait(false);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to be told.
        }
        catch (BadHttpRequestException exception)
        {
            await WriteErrorAsync(http, new ApiException(exception.StatusCode, StatusReason.BadRequest, exception.Message)).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Failed(logger, exception, http.Request.Method, info.Path);
            await WriteErrorAsync(http, new ApiException(500, "", "This request caused apiserver to panic. Look in the logs for details.")).ConfigureAwait(false);
        }
        finally
        {
            var served = info.IsResource ? registry.Find(info.Group, info.Version, info.Resource) : null;
            metrics.End(http, info, served, inFlight, clock.GetElapsedTime(started));
        }
    }

    private static bool IsRead(RequestInfo info) => info.Verb is "get" or "list" or "watch";

    /// <summary>A refusal such as "already exists" tells of a state, which has to be safe by then.</summary>
    private async ValueTask<ApiException> SettledAsync(ApiException refusal)
    {
        try
        {
            await store.SettledAsync().ConfigureAwait(false);
            return refusal;
        }
        catch (StoreFailedException exception)
        {
            return Unavailable(exception);
        }
    }

    private static ApiException Unavailable(StoreFailedException exception) => new(503, StatusReason.ServiceUnavailable, exception.Message);

    private async Task DispatchAsync(HttpContext http, RequestInfo info)
    {
        var user = _impersonation.Resolve(authenticator.Authenticate(http), http.Request.Headers);
        if (!info.IsResource)
        {
            if (!authorizer.Allows(AccessRequest.Of(user, info))) throw AccessRequest.Of(user, info).Forbidden();
            await endpoints.Paths.HandleAsync(http, info).ConfigureAwait(false);
            return;
        }

        var access = AccessRequest.Of(user, info);
        if (!authorizer.Allows(access)) throw access.Forbidden();
        var resource = registry.Find(info.Group, info.Version, info.Resource);
        if (resource is null || info.Extra > 0)
        {
            await NotServedAsync(http, info).ConfigureAwait(false);
            return;
        }

        if (resource.Namespaced != info.Namespace.Length > 0 && !IsNamespaceItself(info) && !SpansNamespaces(resource, info))
        {
            await NotServedAsync(http, info).ConfigureAwait(false);
            return;
        }

        var request = new ApiRequest(http, IsNamespaceItself(info) ? info with { Namespace = "" } : info, user, resource, MediaType.Negotiate(http.Request));
        if (resource.DeprecationWarning is { } deprecated) request.Warnings.Add(deprecated);
        http.Response.OnStarting(static state => WriteWarnings((ApiRequest)state), request);
        await endpoints.HandleAsync(request).ConfigureAwait(false);
    }

    /// <summary>The paths of built-in groups are all known to one router, which answers in its way; all others are just not there.</summary>
    private Task NotServedAsync(HttpContext http, RequestInfo info) =>
        registry.HasBuiltIn(info.Group) ? throw ApiErrors.Generic(404) : ResponseWriter.NotFoundAsync(http);

    private static bool IsNamespaceItself(RequestInfo info) => info is { Group: "", Resource: "namespaces" };

    private static bool SpansNamespaces(ResourceDefinition resource, RequestInfo info) =>
        resource.Namespaced && info.Namespace.Length == 0 && info.Name.Length == 0 && info.Verb is "list" or "watch" or "deletecollection" or "create";

    private static Task WriteWarnings(ApiRequest request)
    {
        foreach (var warning in request.Warnings.Distinct(StringComparer.Ordinal))
        {
            var text = warning.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
            request.Http.Response.Headers.Append("Warning", $"299 - \"{text}\"");
        }

        return Task.CompletedTask;
    }

    private static async Task WriteErrorAsync(HttpContext http, ApiException exception)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        if (exception.Code == 401) http.Response.Headers.WWWAuthenticate = "Bearer realm=\"kubernetes\"";
        await ResponseWriter.WriteErrorAsync(http, exception.ToStatus(), exception.Code).ConfigureAwait(false);
    }

    private static ApiException FromStatus(Status status)
    {
        System.Text.Json.Nodes.JsonObject? details = null;
        if (status.Details is { } given)
        {
            details = [];
            if (given.Name is { } name) details["name"] = name;
            if (given.Group is { } group) details["group"] = group;
            if (given.Kind is { } kind) details["kind"] = kind;
            if (given.Causes is { } causes)
            {
                var array = new System.Text.Json.Nodes.JsonArray();
                foreach (var cause in causes)
                {
                    var one = new System.Text.Json.Nodes.JsonObject();
                    if (cause.Reason is { } reason) one["reason"] = reason;
                    if (cause.Message is { } message) one["message"] = message;
                    if (cause.Field is { } field) one["field"] = field;
                    array.Add((System.Text.Json.Nodes.JsonNode)one);
                }

                details["causes"] = array;
            }
        }

        return new ApiException(status.Code ?? 500, status.Reason ?? "", status.Message ?? "", details);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Request {Method} {Path} failed")]
    private static partial void Failed(ILogger logger, Exception exception, string method, string path);
}
