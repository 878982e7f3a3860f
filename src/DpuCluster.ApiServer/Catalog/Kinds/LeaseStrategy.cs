using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>Leases. What belongs to coordinated leader election, which no server does unless told to (a feature gate), is not kept.</summary>
internal sealed class LeaseStrategy() : BuiltInStrategy("coordination", "Lease")
{
    private static readonly string[] OfCoordinatedElection = ["strategy", "preferredHolder"];

    public override void PrepareForCreate(JsonObject obj)
    {
        base.PrepareForCreate(obj);
        DropCoordination(obj, null);
    }

    public override void PrepareForUpdate(JsonObject obj, JsonObject old)
    {
        base.PrepareForUpdate(obj, old);
        DropCoordination(obj, old);
    }

    public override void Validate(JsonObject obj, ICollection<FieldError> errors)
    {
        if (obj.Object("spec") is not { } spec) return;
        if (spec.Whole("leaseDurationSeconds") is <= 0 and var duration)
            errors.Add(FieldError.Invalid("spec.leaseDurationSeconds", duration, "must be greater than 0"));
        if (spec.Whole("leaseTransitions") is < 0 and var transitions)
            errors.Add(FieldError.Invalid("spec.leaseTransitions", transitions, "must be greater than or equal to 0"));
        if (spec["preferredHolder"].AsText() is { Length: > 0 } && string.IsNullOrEmpty(spec["strategy"].AsText()))
            errors.Add(FieldError.Forbidden("spec.preferredHolder", "may only be specified if `strategy` is defined"));
    }

    private static void DropCoordination(JsonObject obj, JsonObject? old)
    {
        foreach (var field in OfCoordinatedElection)
            if (old?.At("spec", field) is null) obj.Object("spec")?.Remove(field);
    }
}
