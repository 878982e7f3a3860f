using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>Nodes. Other than elsewhere, a status may be given on creation: a node registers itself with what it has.</summary>
internal sealed class NodeStrategy() : BuiltInStrategy("node", "Node", hasStatus: true)
{
    public override void PrepareForCreate(JsonObject obj) => Normalize(obj);

    public override void Validate(JsonObject obj, ICollection<FieldError> errors)
    {
        var used = new HashSet<(string, string)>();
        var i = 0;
        foreach (var taint in obj.Object("spec")?.Objects("taints") ?? [])
        {
            var path = $"spec.taints[{i++}]";
            var (key, value, effect) = (taint.Text("key"), taint.Text("value"), taint.Text("effect"));
            ObjectMetaValidation.Add(errors, $"{path}.key", key, ObjectNames.QualifiedName(key));
            ObjectMetaValidation.Add(errors, $"{path}.value", value, ObjectNames.LabelValue(value));
            if (effect.Length == 0) errors.Add(FieldError.Required($"{path}.effect"));
            else PodValidation.Supported(taint, path, "effect", ["NoExecute", "NoSchedule", "PreferNoSchedule"], errors);
            if (!used.Add((key, effect))) errors.Add(FieldError.Duplicate(path, taint));
        }

    }

    public override void ValidateUpdate(JsonObject obj, JsonObject old, ICollection<FieldError> errors)
    {
        var before = old.At("spec", "providerID").AsText() ?? "";
        if (before.Length > 0 && (obj.At("spec", "providerID").AsText() ?? "") != before)
            errors.Add(FieldError.Forbidden("spec.providerID", "node updates may not change providerID except from \"\" to valid"));
    }
}
