using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ApiServer.Http;

/// <summary>The errors of an API server, worded as clients and their tests know them.</summary>
internal static class ApiErrors
{
    public static ApiException NotFound(string group, string resource, string name) =>
        new(404, StatusReason.NotFound, $"{Qualified(resource, group)} \"{name}\" not found", Details(name, group, resource));

    public static ApiException NotFound(ResourceDefinition resource, string name) => NotFound(resource.Group, resource.Plural, name);

    public static ApiException AlreadyExists(ResourceDefinition resource, string name) =>
        new(409, StatusReason.AlreadyExists, $"{resource.QualifiedResource} \"{name}\" already exists", Details(name, resource.Group, resource.Plural));

    public static ApiException GenerateNameConflict(ResourceDefinition resource, string name) =>
        new(409, StatusReason.AlreadyExists, $"{resource.QualifiedResource} \"{name}\" already exists, the server was not able to generate a unique name for the object", Details(name, resource.Group, resource.Plural));

    public static ApiException Modified(ResourceDefinition resource, string name) =>
        Conflict(resource.Group, resource.Plural, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static ApiException Conflict(string group, string resource, string name, string why) =>
        new(409, StatusReason.Conflict, $"Operation cannot be fulfilled on {Qualified(resource, group)} \"{name}\": {why}", Details(name, group, resource));

    public static ApiException BadRequest(string message) => new(400, StatusReason.BadRequest, message);

    public static ApiException Unauthorized() => new(401, StatusReason.Unauthorized, "Unauthorized");

    public static ApiException Internal(string message) =>
        new(500, StatusReason.InternalError, $"Internal error occurred: {message}",
            new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["message"] = message }) });

    public static ApiException Expired(string message) => new(410, StatusReason.Expired, message);

    /// <summary>504: the server has not come as far as the version that the client has seen.</summary>
    public static ApiException TooLargeResourceVersion(long asked, long current) =>
        new(504, "Timeout", $"Timeout: Too large resource version: {asked}, current: {current}", new JsonObject
        {
            ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }),
            ["retryAfterSeconds"] = 1,
        });

    /// <summary>406: the object cannot be shown in the form that was asked for.</summary>
    public static ApiException NotTransformable(string why) => new(406, StatusReason.NotAcceptable, why);

    public static ApiException NotAcceptable(string accepted) =>
        new(406, StatusReason.NotAcceptable, $"only the following media types are accepted: {accepted}");

    public static ApiException UnsupportedMediaType(string accepted) =>
        new(415, StatusReason.UnsupportedMediaType, $"the body of the request was in an unknown format - accepted media types include: {accepted}");

    public static ApiException MethodNotSupported(ResourceDefinition resource, string verb, string? why = null) =>
        new(405, StatusReason.MethodNotAllowed, why ?? $"{verb} is not supported on resources of kind \"{resource.QualifiedResource}\"",
            Details("", resource.Group, resource.Plural));

    public static ApiException TooLarge(long limit) =>
        new(413, StatusReason.RequestEntityTooLarge, $"Request entity too large: limit is {limit}");

    public static ApiException Forbidden(string group, string resource, string name, string why) =>
        new(403, StatusReason.Forbidden,
            name.Length == 0 ? $"{Qualified(resource, group)} is forbidden: {why}" : $"{Qualified(resource, group)} \"{name}\" is forbidden: {why}",
            Details(name, group, resource));

    /// <summary>What the routing layer of a real server says, which knows the code but not the resource.</summary>
    public static ApiException Generic(int code, string message = "") => code switch
    {
        404 => new(404, StatusReason.NotFound, "the server could not find the requested resource", []),
        405 => new(405, StatusReason.MethodNotAllowed, "the server does not allow this method on the requested resource", []),
        415 => new(415, StatusReason.UnsupportedMediaType, message.Length == 0 ? "415: Unsupported Media Type" : message, []),
        422 => new(422, StatusReason.Invalid, "the server rejected our request due to an error in our request", []),
        _ => new(code, "", message, []),
    };

    public static ApiException Invalid(string group, string kind, string name, IReadOnlyList<FieldError> errors)
    {
        var details = Details(name, group, kind);
        if (errors.Count > 0)
        {
            var causes = new JsonArray();
            foreach (var error in errors)
            {
                causes.Add((JsonNode)new JsonObject { ["reason"] = error.CauseReason, ["message"] = error.Body, ["field"] = error.Field });
            }

            details["causes"] = causes;
        }

        // The message says each thing once, even where the causes repeat it.
        var messages = errors.Select(e => e.ToString()).Distinct(StringComparer.Ordinal).ToList();
        var message = messages.Count == 1 ? messages[0] : $"[{string.Join(", ", messages)}]";
        return new ApiException(422, StatusReason.Invalid, $"{Qualified(kind, group)} \"{name}\" is invalid: {message}", details);
    }

    public static ApiException Invalid(ResourceDefinition resource, string name, IReadOnlyList<FieldError> errors) =>
        Invalid(resource.Group, resource.Kind, name, errors);

    private static JsonObject Details(string name, string group, string kind)
    {
        var details = new JsonObject();
        if (name.Length > 0) details["name"] = name;
        if (group.Length > 0) details["group"] = group;
        if (kind.Length > 0) details["kind"] = kind;
        return details;
    }

    private static string Qualified(string resource, string group) => group.Length == 0 ? resource : $"{resource}.{group}";
}
