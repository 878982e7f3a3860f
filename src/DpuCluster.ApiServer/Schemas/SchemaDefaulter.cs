using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>
/// Fills in the defaults of a schema, beneath what is there. A null where none may stand counts as absent: it gets the
/// default, or goes where there is none.
/// </summary>
internal static class SchemaDefaulter
{
    /// <summary>Fills in a whole object or a part of one, in place.</summary>
    public static void Apply(Schema schema, JsonNode? value)
    {
        RemoveNulls(schema, value);
        Fill(schema, value);
    }

    private static void RemoveNulls(Schema schema, JsonNode? value)
    {
        switch (value)
        {
            case JsonObject map:
                foreach (var (name, field) in map.ToList())
                {
                    if (FieldSchema(schema, name) is not { } fieldSchema)
                    {
                        continue;
                    }

                    if (field is null && !fieldSchema.Nullable && fieldSchema.Default is null)
                    {
                        map.Remove(name);
                    }
                    else
                    {
                        RemoveNulls(fieldSchema, field);
                    }
                }

                break;
            case JsonArray list when schema.Items is { } items:
                foreach (var item in list)
                {
                    RemoveNulls(items, item);
                }

                break;
            default:
                break;
        }
    }

    private static void Fill(Schema schema, JsonNode? value)
    {
        switch (value)
        {
            case JsonObject map:
                foreach (var (name, property) in schema.Properties)
                {
                    if (property.Default is not null && (!map.ContainsKey(name) || (map[name] is null && !property.Nullable)))
                    {
                        map[name] = property.Default.DeepClone();
                    }
                }

                foreach (var (name, field) in map.ToList())
                {
                    if (FieldSchema(schema, name) is { } fieldSchema)
                    {
                        Fill(fieldSchema, FilledNull(fieldSchema, field, filled => map[name] = filled));
                    }
                }

                break;
            case JsonArray list when schema.Items is { } items:
                for (var i = 0; i < list.Count; i++)
                {
                    var index = i;
                    Fill(items, FilledNull(items, list[i], filled => list[index] = filled));
                }

                break;
            default:
                break;
        }
    }

    private static JsonNode? FilledNull(Schema schema, JsonNode? value, Action<JsonNode> replace)
    {
        if (value is not null || schema.Nullable || schema.Default is null)
        {
            return value;
        }

        var filled = schema.Default.DeepClone();
        replace(filled);
        return filled;
    }

    private static Schema? FieldSchema(Schema schema, string name) =>
        schema.Properties.GetValueOrDefault(name) ?? schema.AdditionalProperties;
}
