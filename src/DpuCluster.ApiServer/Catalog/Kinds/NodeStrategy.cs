using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>Nodes. Other than elsewhere, a status may be given on creation: a node registers itself with what it has.</summary>
internal sealed class NodeStrategy() : BuiltInStrategy("node", "Node", hasStatus: true)
{
    public override void PrepareForCreate(JsonObject obj) => Normalize(obj);

    public override void Validate(JsonObject obj, ICollection<FieldError> errors) => SchedulingValidation.Taints(obj.Object("spec") ?? [], errors);

    public override void ValidateUpdate(JsonObject obj, JsonObject old, ICollection<FieldError> errors)
    {
        var before = old.At("spec", "providerID").AsText() ?? "";
        if (before.Length > 0 && (obj.At("spec", "providerID").AsText() ?? "") != before)
            errors.Add(FieldError.Forbidden("spec.providerID", "node updates may not change providerID except from \"\" to valid"));
    }
}
