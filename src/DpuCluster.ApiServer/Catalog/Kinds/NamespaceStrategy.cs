using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>A namespace holds the finalizer <c>kubernetes</c> in its spec until it is empty, and carries its own name as a label.</summary>
internal sealed class NamespaceStrategy() : BuiltInStrategy("core", "Namespace", hasStatus: true)
{
    private const string NameLabel = "kubernetes.io/metadata.name";

    public override void Default(JsonObject obj)
    {
        base.Default(obj);
        if (obj.Object("metadata") is { } meta && meta.Text("name") is { Length: > 0 } name) meta.Ensure("labels")[NameLabel] = name;
    }

    public override void PrepareForCreate(JsonObject obj)
    {
        var finalizers = obj.Ensure("spec").Texts("finalizers").ToList();
        if (!finalizers.Contains("kubernetes")) finalizers.Add("kubernetes");
        obj.Ensure("spec")["finalizers"] = new JsonArray([.. finalizers.Select(f => (JsonNode)f)]);
        SetStatus(obj, new JsonObject { ["phase"] = "Active" });
    }

    public override void PrepareForUpdate(JsonObject obj, JsonObject old)
    {
        obj["spec"] = old["spec"]?.DeepClone();
        base.PrepareForUpdate(obj, old);
    }

    public override void ValidateStatusUpdate(JsonObject obj, JsonObject old, ICollection<FieldError> errors)
    {
        var deleted = obj.At("metadata", "deletionTimestamp") is not null;
        var phase = obj.At("status", "phase");
        if (!deleted && phase.AsText() is { } active and not "Active")
            errors.Add(FieldError.Invalid("status.Phase", active, "may only be 'Active' if `deletionTimestamp` is empty"));
        if (deleted && phase.AsText() is { } terminating and not "Terminating")
            errors.Add(FieldError.Invalid("status.Phase", terminating, "may only be 'Terminating' if `deletionTimestamp` is not empty"));
    }

    public override string? DeletionRefusal(JsonObject obj) =>
        obj.At("metadata", "name").AsText() is "default" or "kube-system" or "kube-public" ? "this namespace may not be deleted" : null;
}
