using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Admission;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Catalog.Types;
using DpuCluster.ApiServer.Patches;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Http.Verbs;

/// <summary>Shows and changes how many replicas an object has, in the same form for all kinds (<c>autoscaling/v1 Scale</c>).</summary>
internal sealed class ScaleEndpoint(ObjectStore store, ResourceWriter writer)
{
    private static readonly ScalePaths BuiltInPaths = new(".spec.replicas", ".status.replicas", null);

    public void Register(ApiEndpoints endpoints)
    {
        endpoints.Add("*", "*", "scale", "get", GetAsync);
        endpoints.Add("*", "*", "scale", "update", UpdateAsync);
        endpoints.Add("*", "*", "scale", "patch", PatchAsync);
    }

    private Task GetAsync(ApiRequest request)
    {
        var (resource, info) = (request.Resource, request.Info);
        var found = ObjectStore.Get(store.Collection(resource.StorageKey), info.Namespace, info.Name) ?? throw ApiErrors.NotFound(resource, info.Name);
        return ResponseWriter.WriteAsync(request.Http, 200, request.Accept, Scale(resource, ServedObjects.Read(resource, found)));
    }

    private async Task UpdateAsync(ApiRequest request)
    {
        var options = RequestOptions.Read(request, "UpdateOptions");
        var scale = await SubresourceBody.ReadAsync(request, TypeLibrary.Find("autoscaling", "Scale"), "autoscaling/v1").ConfigureAwait(false);
        await WriteAsync(request, options, _ => scale).ConfigureAwait(false);
    }

    private async Task PatchAsync(ApiRequest request)
    {
        var options = RequestOptions.Read(request, "PatchOptions");
        var body = await RequestBody.ReadAsync(request.Http).ConfigureAwait(false);
        Func<JsonObject, JsonObject> patch;
        switch (RequestBody.ContentType(request.Http.Request))
        {
            case "application/json-patch+json":
                var operations = JsonPatch.Parse(body);
                patch = old => JsonPatch.Apply(old, operations) as JsonObject ?? throw ApiErrors.Generic(422);
                break;
            case "application/merge-patch+json" or "application/strategic-merge-patch+json":
                // A scale has no lists, in which alone the two differ.
                var merge = MergePatch.Parse(body);
                patch = old => MergePatch.Apply(old, merge);
                break;
            default:
                throw ApiErrors.UnsupportedMediaType("application/json-patch+json, application/merge-patch+json");
        }

        await WriteAsync(request, options, patch).ConfigureAwait(false);
    }

    private async Task WriteAsync(ApiRequest request, WriteOptions options, Func<JsonObject, JsonObject> change)
    {
        var (resource, info) = (request.Resource, request.Info);
        var paths = resource.Scale ?? BuiltInPaths;
        var written = await writer.UpdateAsync(resource, info.Namespace, info.Name, obj =>
        {
            var scale = change(Scale(resource, obj));
            ObjectIdentity.CheckMatches(scale, info.Namespace, info.Name);
            var version = ObjectMetadata.Text(scale, "resourceVersion");
            if (version.Length > 0) ObjectMetadata.Of(obj)["resourceVersion"] = version;
            var replicas = scale["spec"]?["replicas"] is JsonValue value && value.TryGetValue(out long count) ? count : 0;
            if (replicas < 0)
            {
                throw ApiErrors.Invalid("autoscaling", "Scale", info.Name,
                    [Schemas.FieldError.Invalid("spec.replicas", JsonValue.Create(replicas), "must be greater than or equal to 0")]);
            }

            Set(obj, paths.SpecReplicas, replicas);
            return obj;
        }, options with { IsPatch = true, View = ViewOf(resource, paths) }).ConfigureAwait(false) ?? throw ApiErrors.NotFound(resource, info.Name);
        await ResponseWriter.WriteAsync(request.Http, 200, request.Accept, Scale(resource, ServedObjects.Read(resource, written.Object))).ConfigureAwait(false);
    }

    private static AdmissionView ViewOf(ResourceDefinition resource, ScalePaths paths) => new(
        new ReviewedKind("autoscaling", "v1", "Scale"),
        obj => Scale(resource, obj),
        (obj, scale) => Set(obj, paths.SpecReplicas, scale.Object("spec")?.Whole("replicas") ?? 0));

    private static JsonObject Scale(ResourceDefinition resource, JsonObject obj)
    {
        var paths = resource.Scale ?? BuiltInPaths;
        var metadata = new JsonObject();
        foreach (var field in (string[])["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
        {
            if (obj["metadata"]?[field] is { } value) metadata[field] = value.DeepClone();
        }

        var spec = new JsonObject();
        if (At(obj, paths.SpecReplicas) is { } wanted && wanted.ToString() != "0") spec["replicas"] = wanted.DeepClone();
        var status = new JsonObject { ["replicas"] = At(obj, paths.StatusReplicas)?.DeepClone() ?? 0 };
        if (Selector(resource, obj, paths) is { Length: > 0 } selector) status["selector"] = selector;
        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = metadata,
            ["spec"] = spec,
            ["status"] = status,
        };
    }

    private static string Selector(ResourceDefinition resource, JsonObject obj, ScalePaths paths) =>
        (paths.LabelSelector is { } path ? At(obj, path) : null) switch
        {
            JsonValue text => text.ToString(),
            JsonObject selector => string.Join(',', Requirements(selector)),
            _ => "",
        };

    /// <summary>A selector that is an object, as built-in kinds have it, in the words of a query: <c>a=b,c in (d,e)</c>.</summary>
    private static IEnumerable<string> Requirements(JsonObject selector)
    {
        foreach (var (key, value) in (selector["matchLabels"] as JsonObject ?? []).OrderBy(label => label.Key, StringComparer.Ordinal))
        {
            yield return $"{key}={value}";
        }

        foreach (var expression in (selector["matchExpressions"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var values = string.Join(',', (expression["values"] as JsonArray ?? []).Select(value => $"{value}"));
            yield return $"{expression["operator"]}" switch
            {
                "In" => $"{expression["key"]} in ({values})",
                "NotIn" => $"{expression["key"]} notin ({values})",
                "DoesNotExist" => $"!{expression["key"]}",
                _ => $"{expression["key"]}",
            };
        }
    }

    private static JsonNode? At(JsonObject obj, string path)
    {
        JsonNode? at = obj;
        foreach (var name in path.Split('.', StringSplitOptions.RemoveEmptyEntries)) at = (at as JsonObject)?[name];
        return at;
    }

    private static void Set(JsonObject obj, string path, long value)
    {
        var names = path.Split('.', StringSplitOptions.RemoveEmptyEntries);
        var at = obj;
        foreach (var name in names.AsSpan(0, names.Length - 1))
        {
            if (at[name] is not JsonObject next) at[name] = next = [];
            at = next;
        }

        at[names[^1]] = value;
    }
}
