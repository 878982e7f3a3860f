using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Patches;

/// <summary>How a strategic merge patch treats one field.</summary>
/// <param name="Schema">Schema of the field's value; null where none is known.</param>
/// <param name="Strategy">Its patch strategy without <c>retainKeys</c>: <c>merge</c>, <c>replace</c> or nothing.</param>
/// <param name="MergeKey">The field that names an item of its list; empty for a list of scalars.</param>
internal readonly record struct PatchMetadata(Schema? Schema, string Strategy, string MergeKey)
{
    public bool Merges => Strategy == "merge";

    public bool Replaces => Strategy == "replace";

    public static PatchMetadata Of(Schema? parent, string field)
    {
        var schema = parent is null ? null
            : parent.Properties.TryGetValue(field, out var property) ? property
            : parent.AdditionalProperties;
        if (schema?.PatchStrategy is not { Length: > 0 } strategies)
            return new PatchMetadata(schema, "", schema?.PatchMergeKey ?? "");
        var strategy = "";
        foreach (var name in strategies.Split(','))
        {
            if (name is "merge" or "replace")
                strategy = name;
        }
        return new PatchMetadata(schema, strategy, schema.PatchMergeKey ?? "");
    }
}
