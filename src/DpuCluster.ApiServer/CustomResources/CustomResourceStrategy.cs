using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.CustomResources;

/// <summary>What happens to a custom resource between the request and the storage: its definition says it all.</summary>
/// <param name="kind">Kind of the definition.</param>
/// <param name="schema">Schema of the served version.</param>
/// <param name="validator">What the object is held to.</param>
/// <param name="hasStatus">Whether status is written apart from the rest.</param>
internal sealed class CustomResourceStrategy(string kind, Schema schema, CustomResourceValidator validator, bool hasStatus) : ResourceStrategy
{
    public override void Default(JsonObject obj)
    {
        // An object of another kind is not known to the schema; its validation is about to say so.
        if (obj["kind"] is JsonValue value && value.TryGetValue(out string? given) && given == kind) SchemaDefaulter.Apply(schema, obj);
    }

    public override void PrepareForCreate(JsonObject obj)
    {
        if (!hasStatus) return;
        obj.Remove("status");
        Default(obj);
    }

    public override void PrepareForUpdate(JsonObject obj, JsonObject old)
    {
        if (!hasStatus) return;
        if (old["status"] is { } status) obj["status"] = status.DeepClone();
        else obj.Remove("status");
    }

    public override void PrepareForStatusUpdate(JsonObject obj, JsonObject old)
    {
        base.PrepareForStatusUpdate(obj, old);

        // Metadata is not status: all of it stays but the record of who wrote what.
        var metadata = old["metadata"]!.DeepClone().AsObject();
        metadata.Remove("managedFields");
        if (obj["metadata"]?["managedFields"] is { } managed) metadata["managedFields"] = managed.DeepClone();
        obj["metadata"] = metadata;
    }

    /// <summary>What is wrong with a new object, its metadata included.</summary>
    public IReadOnlyList<FieldError> ValidateCreate(JsonObject obj, IReadOnlyList<FieldError> metadataErrors) =>
        validator.ValidateCreate(obj, metadataErrors);

    /// <summary>What is wrong with a changed object, its metadata included.</summary>
    public IReadOnlyList<FieldError> ValidateChange(JsonObject obj, JsonObject old, IReadOnlyList<FieldError> metadataErrors, bool isStatus) =>
        validator.ValidateUpdate(obj, old, metadataErrors, isStatus);
}
