using System.Globalization;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;

namespace DpuCluster.ApiServer.OpenApi;

/// <summary>Writes the paths of resources, and what can be done there.</summary>
internal sealed class PathWriter(OpenApiDialect dialect, SchemaWriter schemas, KindWriter kinds)
{
    private static readonly string[] CustomPatchTypes =
        ["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"];

    private static readonly string[] BuiltInPatchTypes = [.. CustomPatchTypes, "application/strategic-merge-patch+json"];

    public JsonObject Paths { get; } = [];

    public void Add(ResourceDefinition resource)
    {
        var (kind, list) = kinds.Define(resource);
        var root = resource.Group.Length == 0 ? $"/api/{resource.Version}" : $"/apis/{resource.Group}/{resource.Version}";
        var collection = resource.Namespaced ? $"{root}/namespaces/{{namespace}}/{resource.Plural}" : $"{root}/{resource.Plural}";
        var gvk = SchemaWriter.Kind(resource.Group, resource.Version, resource.Kind);
        var scope = new Scope(resource, gvk, resource.Namespaced, "");
        var verbs = resource.Verbs;
        if (verbs.Contains("list")) Operation(collection, "get", "list", scope, list);
        if (verbs.Contains("create")) Operation(collection, "post", "post", scope, kind, body: kind);
        if (verbs.Contains("deletecollection")) Operation(collection, "delete", "deletecollection", scope, KindWriter.Meta + "Status", body: KindWriter.Meta + "DeleteOptions");
        if (resource.Namespaced && verbs.Contains("list")) Operation($"{root}/{resource.Plural}", "get", "list", scope with { Namespaced = false, Suffix = "ForAllNamespaces" }, list);
        var item = collection + "/{name}";
        Item(item, verbs, scope, kind, deleted: resource.DeleteReturnsObject ? kind : KindWriter.Meta + "Status");
        foreach (var subresource in resource.Subresources)
        {
            var (given, sub) = kinds.Define(resource, subresource);
            Item($"{item}/{subresource.Name}", subresource.Verbs, scope with { Kind = sub, Suffix = Capital(subresource.Name) }, given, given);
        }
    }

    private void Item(string path, IReadOnlyList<string> verbs, Scope scope, string kind, string deleted)
    {
        if (verbs.Contains("get")) Operation(path, "get", "get", scope, kind);
        if (verbs.Contains("update")) Operation(path, "put", "put", scope, kind, body: kind);
        if (verbs.Contains("patch")) Operation(path, "patch", "patch", scope, kind, body: KindWriter.Patch);
        if (scope.Suffix.Length > 0 && verbs.Contains("create")) Operation(path, "post", "post", scope, kind, body: kind);
        if (verbs.Contains("delete")) Operation(path, "delete", "delete", scope, deleted, body: KindWriter.Meta + "DeleteOptions");
    }

    private void Operation(string path, string method, string action, Scope scope, string answer, string? body = null)
    {
        if (Paths[path] is not JsonObject place)
        {
            var fixedParameters = new JsonArray();
            if (path.Contains("{name}", StringComparison.Ordinal)) fixedParameters.Add((JsonNode)Parameter("name", "path", "string"));
            if (path.Contains("{namespace}", StringComparison.Ordinal)) fixedParameters.Add((JsonNode)Parameter("namespace", "path", "string"));
            fixedParameters.Add((JsonNode)Parameter("pretty", "query", "string"));
            Paths[path] = place = new JsonObject { ["parameters"] = fixedParameters };
        }

        var resource = scope.Resource;
        var parameters = Parameters(action);
        var operation = new JsonObject
        {
            ["description"] = $"{Capital(action)} {resource.Kind}",
            ["operationId"] = Id(scope, action),
            ["tags"] = new JsonArray($"{Camel(resource.Group, "core")}_{resource.Version}"),
        };
        // kubectl looks here for what it may send: custom resources take no strategic merge patch.
        string[] accepted = method != "patch" ? ["*/*"] : resource.IsBuiltIn ? BuiltInPatchTypes : CustomPatchTypes;
        if (body is not null) Body(operation, parameters, accepted, body, required: method != "delete");
        operation["parameters"] = parameters;
        operation["responses"] = new JsonObject
        {
            [method == "post" ? "201" : "200"] = Answer(answer),
            ["401"] = new JsonObject { ["description"] = "Unauthorized" },
        };
        if (dialect == OpenApiDialect.V2)
        {
            operation["produces"] = new JsonArray("application/json", "application/yaml");
            operation["consumes"] = SchemaWriter.Texts(accepted);
            operation["schemes"] = new JsonArray("https");
        }

        operation["x-kubernetes-action"] = action;
        operation["x-kubernetes-group-version-kind"] = scope.Kind.DeepClone();
        place[method] = operation;
    }

    private void Body(JsonObject operation, JsonArray parameters, string[] accepted, string body, bool required)
    {
        if (dialect == OpenApiDialect.V2)
        {
            var parameter = new JsonObject { ["name"] = "body", ["in"] = "body", ["schema"] = schemas.Reference(body) };
            if (required) parameter["required"] = true;
            parameters.Add((JsonNode)parameter);
            return;
        }

        var content = new JsonObject();
        foreach (var type in accepted) content[type] = new JsonObject { ["schema"] = schemas.Reference(body) };
        var request = new JsonObject { ["content"] = content };
        if (required) request["required"] = true;
        operation["requestBody"] = request;
    }

    private JsonObject Answer(string name)
    {
        var answer = new JsonObject { ["description"] = "OK" };
        if (dialect == OpenApiDialect.V2) answer["schema"] = schemas.Reference(name);
        else answer["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = schemas.Reference(name) } };
        return answer;
    }

    private JsonArray Parameters(string action)
    {
        (string Name, string Type)[] named = action switch
        {
            "list" =>
            [
                ("allowWatchBookmarks", "boolean"), ("continue", "string"), ("fieldSelector", "string"), ("labelSelector", "string"), ("limit", "integer"),
                ("resourceVersion", "string"), ("resourceVersionMatch", "string"), ("sendInitialEvents", "boolean"), ("timeoutSeconds", "integer"), ("watch", "boolean"),
            ],
            "post" or "put" => [("dryRun", "string"), ("fieldManager", "string"), ("fieldValidation", "string")],
            "patch" => [("dryRun", "string"), ("fieldManager", "string"), ("fieldValidation", "string"), ("force", "boolean")],
            "delete" => [("dryRun", "string"), ("gracePeriodSeconds", "integer"), ("orphanDependents", "boolean"), ("propagationPolicy", "string")],
            "deletecollection" =>
            [
                ("continue", "string"), ("dryRun", "string"), ("fieldSelector", "string"), ("gracePeriodSeconds", "integer"), ("labelSelector", "string"),
                ("limit", "integer"), ("orphanDependents", "boolean"), ("propagationPolicy", "string"), ("resourceVersion", "string"), ("resourceVersionMatch", "string"),
                ("timeoutSeconds", "integer"),
            ],
            _ => [],
        };
        return new JsonArray([.. named.Select(p => (JsonNode)Parameter(p.Name, "query", p.Type))]);
    }

    private JsonObject Parameter(string name, string place, string type)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = place };
        if (place == "path") parameter["required"] = true;
        if (dialect == OpenApiDialect.V2) (parameter["type"], parameter["uniqueItems"]) = (type, true);
        else parameter["schema"] = new JsonObject { ["type"] = type, ["uniqueItems"] = true };
        return parameter;
    }

    private static string Id(Scope scope, string action)
    {
        var verb = action switch { "get" => "read", "post" => "create", "put" => "replace", "deletecollection" => "deleteCollection", _ => action };
        var resource = scope.Resource;
        return $"{verb}{Capital(Camel(resource.Group, "core"))}{Capital(resource.Version)}{(scope.Namespaced ? "Namespaced" : "")}{resource.Kind}{scope.Suffix}";
    }

    /// <summary><c>rbac.authorization.k8s.io</c> → <c>rbacAuthorization</c>.</summary>
    private static string Camel(string group, string none)
    {
        if (group.Length == 0) return none;
        if (group.EndsWith(".k8s.io", StringComparison.Ordinal)) group = group[..^7];
        var parts = group.Split('.', '-');
        return parts[0] + string.Concat(parts.Skip(1).Select(Capital));
    }

    private static string Capital(string text) =>
        text.Length == 0 ? text : char.ToUpper(text[0], CultureInfo.InvariantCulture) + text[1..];

    private sealed record Scope(ResourceDefinition Resource, JsonObject Kind, bool Namespaced, string Suffix);
}
