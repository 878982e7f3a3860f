using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>Nodes. Other than elsewhere, a status may be given on creation: a node registers itself with what it has.</summary>
internal sealed class NodeStrategy() : BuiltInStrategy("node", "Node", hasStatus: true)
{
    public override void PrepareForCreate(JsonObject obj) => Normalize(obj);

    /// <summary>The first range of addresses of its pods stands in two fields: the older one is still read and written.</summary>
    public override void Default(JsonObject obj)
    {
        base.Default(obj);
        if (obj.Object("spec") is not { } spec) return;
        var (first, all) = (spec.Text("podCIDR"), spec.Texts("podCIDRs").ToList());
        if (first.Length > 0 && (all.Count == 0 || all[0] != first)) spec["podCIDRs"] = new JsonArray(first);
        else if (all.Count > 0) spec["podCIDR"] = all[0];
        Normalize(obj);
    }

    public override void Validate(JsonObject obj, ICollection<FieldError> errors)
    {
        var spec = obj.Object("spec") ?? [];
        SchedulingValidation.Taints(spec, errors);
        var ranges = spec.Texts("podCIDRs").ToList();
        for (var i = 0; i < ranges.Count; i++)
            if (!ServiceAddressRules.IsRange(ranges[i])) errors.Add(FieldError.Invalid($"spec.podCIDRs[{i}]", ranges[i], "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"));
        if (ranges.Count > 2 || (ranges.Count == 2 && ranges.Count(range => range.Contains(':', StringComparison.Ordinal)) != 1))
            errors.Add(FieldError.Invalid("spec.podCIDRs", spec["podCIDRs"], "may specify no more than one CIDR for each IP family"));
    }

    public override void ValidateUpdate(JsonObject obj, JsonObject old, ICollection<FieldError> errors)
    {
        var had = old.At("spec", "podCIDRs");
        if (had is JsonArray { Count: > 0 } && !JsonNode.DeepEquals(had, obj.At("spec", "podCIDRs")))
            errors.Add(FieldError.Forbidden("spec.podCIDRs", "node updates may not change podCIDR except from \"\" to valid"));
        var before = old.At("spec", "providerID").AsText() ?? "";
        if (before.Length > 0 && (obj.At("spec", "providerID").AsText() ?? "") != before)
            errors.Add(FieldError.Forbidden("spec.providerID", "node updates may not change providerID except from \"\" to valid"));
    }
}
