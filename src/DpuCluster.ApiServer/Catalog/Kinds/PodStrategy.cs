using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>Pods: hardly anything of their spec can change, and they take their time to end.</summary>
internal sealed class PodStrategy() : BuiltInStrategy("pod", "Pod", hasStatus: true)
{
    private const string Immutable =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
        + "`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    public override void Default(JsonObject obj)
    {
        base.Default(obj);
        var spec = obj.Ensure("spec");
        PodDefaults.Spec(spec);
        PodDefaults.Pod(spec);
        Normalize(obj);
    }

    public override void PrepareForCreate(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        PodDefaults.Admission(spec);
        SetStatus(obj, new JsonObject { ["phase"] = "Pending", ["qosClass"] = PodDefaults.QualityOfService(spec) });
    }

    public override void Validate(JsonObject obj, ICollection<FieldError> errors) => PodValidation.Spec(obj.Object("spec") ?? [], "spec", errors);

    public override void ValidateUpdate(JsonObject obj, JsonObject old, ICollection<FieldError> errors)
    {
        foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers"])
        {
            if ((obj.At("spec", list) as JsonArray)?.Count == (old.At("spec", list) as JsonArray)?.Count) continue;
            errors.Add(FieldError.Forbidden($"spec.{list}", "pod updates may not add or remove containers"));
            return;
        }

        if (!IsDeadlineKept(obj.Object("spec")?.Whole("activeDeadlineSeconds"), old.Object("spec")?.Whole("activeDeadlineSeconds"), errors)) return;
        var (spec, before) = (Fixed(obj), Fixed(old));
        var (tolerations, had) = (obj.Object("spec")?.Objects("tolerations").ToList() ?? [], old.Object("spec")?.Objects("tolerations") ?? []);
        if (!JsonNode.DeepEquals(spec, before)) errors.Add(FieldError.Forbidden("spec", Immutable));
        else if (had.Any(h => !tolerations.Any(t => JsonNode.DeepEquals(t, h))))
            errors.Add(FieldError.Forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds"));
    }

    /// <summary>A deadline may be set, and come nearer.</summary>
    /// <returns>Whether the rest is to be looked at.</returns>
    private static bool IsDeadlineKept(long? deadline, long? before, ICollection<FieldError> errors)
    {
        const string Field = "spec.activeDeadlineSeconds";
        if (before is null) return true;
        if (deadline is null) errors.Add(FieldError.Invalid(Field, null, "must not update from a positive integer to nil value"));
        if (deadline is null || deadline <= before) return true;
        errors.Add(FieldError.Invalid(Field, deadline, "must be less than or equal to previous value"));
        return false;
    }

    public override long? GracePeriodSeconds(JsonObject obj, long? requested)
    {
        var spec = obj.Object("spec") ?? [];

        // A pod that no node has, or that has ended, has nothing to end.
        if (spec.Text("nodeName").Length == 0 || obj.At("status", "phase").AsText() is "Failed" or "Succeeded") return 0;
        return requested is >= 0 ? requested : spec.Whole("terminationGracePeriodSeconds") is { } own and >= 0 ? own : 30;
    }

    /// <summary>The spec without what may change.</summary>
    private static JsonObject Fixed(JsonObject obj)
    {
        var spec = obj["spec"]?.DeepClone().AsObject() ?? [];
        spec.Remove("activeDeadlineSeconds");
        spec.Remove("tolerations");
        spec.Remove("terminationGracePeriodSeconds");
        foreach (var container in PodDefaults.Containers(spec)) container.Remove("image");
        return spec;
    }
}
