using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog.Types;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>What all built-in kinds have in common: their form comes from the notation in <c>Catalog/Schemas</c>.</summary>
internal class BuiltInStrategy(string file, string type, bool hasStatus = false) : ResourceStrategy
{
    private TypeDefinition Type => field ??= TypeLibrary.Find(file, type);

    public override string? DecodingError(JsonObject obj) => DecodingErrors.First(obj, Type);

    public override string? ConversionError(JsonObject obj) => ConversionErrors.First(obj, Type);

    public override void Normalize(JsonObject obj) => TypedForm.Normalize(obj, Type);

    public override void Default(JsonObject obj)
    {
        TypedForm.Default(obj, Type);
        Normalize(obj);
    }

    public override void PrepareForCreate(JsonObject obj)
    {
        if (hasStatus) SetStatus(obj, null);
    }

    public override void PrepareForUpdate(JsonObject obj, JsonObject old)
    {
        if (hasStatus) SetStatus(obj, old["status"]);
    }

    public override void PrepareForStatusUpdate(JsonObject obj, JsonObject old)
    {
        base.PrepareForStatusUpdate(obj, old);
        Normalize(obj);
    }

    /// <summary>Replaces the status, and brings the object into its form again.</summary>
    protected void SetStatus(JsonObject obj, JsonNode? status)
    {
        obj.Remove("status");
        if (status is not null) obj["status"] = status.DeepClone();
        Normalize(obj);
    }
}
