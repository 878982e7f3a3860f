using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>Appends what is wrong with a CRD; <c>old</c> is null on creation.</summary>
internal delegate void CrdValidator(JsonObject crd, JsonObject? old, ICollection<FieldError> errors);

/// <summary>
/// CRDs: their form, defaults and the versions they were ever stored in. What is asked of their schemas is the
/// business of whoever gives the validator.
/// </summary>
internal sealed class CustomResourceDefinitionStrategy(CrdValidator? validator)
    : BuiltInStrategy("apiextensions", "CustomResourceDefinition", hasStatus: true)
{
    public override void Default(JsonObject obj)
    {
        base.Default(obj);
        if (obj.Object("spec") is not { } spec) return;
        if (spec.Object("names") is { } names && names.Text("kind") is { Length: > 0 } kind)
        {
            names.SetDefault("singular", kind.ToLowerInvariant());
            names.SetDefault("listKind", kind + "List");
        }

        if (spec["conversion"] is null) spec["conversion"] = new JsonObject { ["strategy"] = "None" };
        Normalize(obj);
    }

    public override void PrepareForCreate(JsonObject obj)
    {
        base.PrepareForCreate(obj);
        RememberStored(obj);
    }

    public override void PrepareForUpdate(JsonObject obj, JsonObject old)
    {
        base.PrepareForUpdate(obj, old);
        RememberStored(obj);
    }

    public override void Validate(JsonObject obj, ICollection<FieldError> errors) => validator?.Invoke(obj, null, errors);

    public override void ValidateUpdate(JsonObject obj, JsonObject old, ICollection<FieldError> errors) => validator?.Invoke(obj, old, errors);

    private static void RememberStored(JsonObject obj)
    {
        var stored = obj.Ensure("status")["storedVersions"] as JsonArray;
        foreach (var version in obj.Object("spec")?.Objects("versions") ?? [])
        {
            var name = version.Text("name");
            if (!version["storage"].IsTrue() || stored?.Any(s => s.AsText() == name) == true) continue;
            if (stored is null) obj.Ensure("status")["storedVersions"] = stored = [];
            stored.Add((JsonNode)name);
        }
    }
}
