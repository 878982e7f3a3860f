using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Catalog.Kinds;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Tests.Catalog;

/// <summary>Plays the part of the server between request and storage, for one catalogue.</summary>
internal sealed class Requests
{
    private readonly IReadOnlyList<ResourceDefinition> _resources = ResourceCatalog.Create(ServiceAllocator.CreateDefault());

    public ResourceDefinition Resource(string plural, string group = "") => _resources.Single(r => r.Plural == plural && r.Group == group);

    public (JsonObject Object, List<FieldError> Errors) Create(string plural, string json, string group = "")
    {
        var resource = Resource(plural, group);
        var obj = Read(json, resource);
        var errors = new List<FieldError>();
        resource.Strategy.DecodingError(obj).ShouldBeNull();
        resource.Strategy.Normalize(obj);
        resource.Strategy.Default(obj);
        resource.Strategy.PrepareForCreate(obj);
        ObjectMetaValidation.Validate(obj["metadata"]!.AsObject(), resource, errors);
        resource.Strategy.Validate(obj, errors);
        if (errors.Count == 0) resource.Strategy.Reserve(obj, null, errors)?.Commit();
        return (obj, errors);
    }

    public (JsonObject Object, List<FieldError> Errors) Update(string plural, JsonObject old, Action<JsonObject> change, string group = "")
    {
        var resource = Resource(plural, group);
        var obj = old.DeepClone().AsObject();
        change(obj);
        var errors = new List<FieldError>();
        resource.Strategy.Normalize(obj);
        resource.Strategy.Default(obj);
        resource.Strategy.PrepareForUpdate(obj, old);
        ObjectMetaValidation.PrepareForUpdate(obj["metadata"]!.AsObject(), old["metadata"]!.AsObject());
        ObjectMetaValidation.ValidateUpdate(obj["metadata"]!.AsObject(), old["metadata"]!.AsObject(), resource, errors);
        resource.Strategy.Validate(obj, errors);
        resource.Strategy.ValidateUpdate(obj, old, errors);
        if (errors.Count == 0) resource.Strategy.Reserve(obj, old, errors)?.Commit();
        return (obj, errors);
    }

    /// <summary>Creates what must be valid.</summary>
    public JsonObject Made(string plural, string json, string group = "")
    {
        var (obj, errors) = Create(plural, json, group);
        errors.ShouldBeEmpty();
        return obj;
    }

    /// <summary>The errors on creation, as text.</summary>
    public IEnumerable<string> Refused(string plural, string json, string group = "") => Create(plural, json, group).Errors.Select(e => e.ToString());

    public static JsonObject Json(string json) => JsonNode.Parse(json)!.AsObject();

    public static void ShouldBeJson(JsonNode? actual, string expected) =>
        JsonNode.DeepEquals(actual, JsonNode.Parse(expected)).ShouldBeTrue($"expected {expected}\nbut was  {actual?.ToJsonString()}");

    private static JsonObject Read(string json, ResourceDefinition resource)
    {
        var obj = Json(json);
        obj["apiVersion"] = resource.ApiVersion;
        obj["kind"] = resource.Kind;
        if (obj["metadata"] is null) obj["metadata"] = new JsonObject();
        var meta = obj["metadata"]!.AsObject();
        if (meta["name"] is null) meta["name"] = "a";
        if (resource.Namespaced && meta["namespace"] is null) meta["namespace"] = "default";
        return obj;
    }
}
