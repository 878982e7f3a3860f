using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.FieldManagement;

/// <summary>Takes fields and items out of an object.</summary>
internal static class TypedRemoval
{
    /// <summary>
    /// The object without the members of a set. What only loses what is in it stays, empty; an item of a list keeps the fields
    /// that name it.
    /// </summary>
    /// <exception cref="FormatException">An item of an associative list has no name.</exception>
    public static JsonObject Remove(Schema schema, JsonObject value, FieldSet fields) =>
        fields.IsEmpty
            ? (JsonObject)value.DeepClone()
            : RemoveFromMap(TypedShape.Root(schema), value, fields, []);

    private static JsonNode? RemoveFrom(Schema schema, JsonNode? value, FieldSet fields, IReadOnlyList<string> keys)
    {
        switch (TypedShape.Of(schema, value))
        {
            case Shape.Map:
                return RemoveFromMap(schema, (JsonObject)value!, fields, keys);
            case Shape.List:
                var list = new JsonArray();
                var itemKeys = TypedShape.KeysOf(schema);
                foreach (var item in (JsonArray)value!)
                {
                    var element = TypedShape.NameOf(schema, item);
                    if (fields.Contains(element))
                        continue;
                    var below = fields.Below(element);
                    list.Add(below.IsEmpty ? item?.DeepClone() : RemoveFrom(TypedShape.Item(schema), item, below, itemKeys));
                }
                return list;
            default:
                return value?.DeepClone();
        }
    }

    private static JsonObject RemoveFromMap(Schema schema, JsonObject map, FieldSet fields, IReadOnlyList<string> keys)
    {
        var result = new JsonObject();
        foreach (var (name, item) in map)
        {
            var element = PathElement.Field(name);
            if (fields.Contains(element) && !keys.Contains(name))
                continue;
            var below = fields.Below(element);
            result.Add(name, below.IsEmpty ? item?.DeepClone() : RemoveFrom(TypedShape.Field(schema, name, out _), item, below, []));
        }
        return result;
    }
}
