using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>
/// What stood before an update where a value stands now, followed along the schema: by name in objects, by key in lists of
/// type map, by position in lists of no type. Items of sets and of atomic lists have no counterpart.
/// </summary>
/// <param name="IsKnown">Whether there is a counterpart.</param>
/// <param name="Value">The counterpart.</param>
internal readonly record struct OldValue(bool IsKnown, JsonNode? Value)
{
    public OldValue(JsonNode? value)
        : this(true, value)
    {
    }

    public static OldValue None => default;

    public OldValue Field(string name) =>
        IsKnown && Value is JsonObject map && map.TryGetPropertyValue(name, out var field) ? new OldValue(field) : None;

    /// <summary>The counterpart of the item of a list.</summary>
    public OldValue Item(Schema list, JsonNode? item, int index)
    {
        if (!IsKnown || Value is not JsonArray old)
        {
            return None;
        }

        switch (list.ListType)
        {
            case "map":
                var match = old.FirstOrDefault(candidate => HasKeysOf(list.ListMapKeys, candidate, item));
                return match is null ? None : new OldValue(match);
            case null:
                return index < old.Count ? new OldValue(old[index]) : None;
            default:
                return None;
        }
    }

    /// <summary>Whether the value is the same as before; the order of items in lists of type map does not count.</summary>
    public bool IsUnchanged(Schema? schema, JsonNode? value)
    {
        if (!IsKnown)
        {
            return false;
        }

        switch (value, Value)
        {
            case (JsonObject now, JsonObject before):
                var self = this;
                return now.Count == before.Count &&
                    now.All(field => self.Field(field.Key).IsUnchanged(FieldSchema(schema, field.Key), field.Value));
            case (JsonArray now, JsonArray before) when schema?.ListType is null or "map":
                var list = this;
                return now.Count == before.Count &&
                    now.Select((item, i) => list.Item(schema ?? Schema.Anything, item, i).IsUnchanged(schema?.Items, item)).All(same => same);
            default:
                return JsonValues.AreEqual(value, Value);
        }
    }

    private static Schema? FieldSchema(Schema? schema, string name) =>
        schema is null ? null : schema.Properties.GetValueOrDefault(name) ?? schema.AdditionalProperties;

    private static bool HasKeysOf(IReadOnlyList<string> keys, JsonNode? candidate, JsonNode? item) =>
        candidate is JsonObject one && item is JsonObject other && keys.All(key => JsonValues.AreEqual(one[key], other[key]));
}
