using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.FieldManagement;

/// <summary>The fields that an object mentions: what whoever applies it comes to own.</summary>
internal static class OwnedFields
{
    /// <summary>All fields that an object mentions.</summary>
    /// <param name="schema">Schema of the whole object.</param>
    /// <param name="value">The object.</param>
    /// <param name="emptyLists">Whether a list is mentioned that has nothing in it.</param>
    /// <exception cref="FormatException">An item of an associative list has no name.</exception>
    public static FieldSet Of(Schema schema, JsonObject value, bool emptyLists = false) =>
        OfMap(TypedShape.Root(schema), value, emptyLists);

    private static FieldSet OfMap(Schema schema, JsonObject map, bool emptyLists)
    {
        var result = new FieldSet.Builder();
        foreach (var (name, value) in map)
        {
            var child = TypedShape.Field(schema, name, out var named);
            var (isMember, below) = OfValue(child, value, emptyLists);
            // An item of a map is there by itself; a field that the schema names only as far as something is in it.
            isMember |= !named || value is null or JsonObject { Count: 0 };
            result.Add(PathElement.Field(name), isMember, below);
        }
        return result.Build();
    }

    private static FieldSet OfList(Schema schema, JsonArray list, bool emptyLists)
    {
        var names = new PathElement[list.Count];
        var counts = new Dictionary<PathElement, int>();
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = TypedShape.NameOf(schema, list[i]);
            counts[names[i]] = counts.GetValueOrDefault(names[i]) + 1;
        }
        var result = new FieldSet.Builder();
        var item = TypedShape.Item(schema);
        for (var i = 0; i < names.Length; i++)
            result.Add(names[i], true, counts[names[i]] > 1 ? null : OfValue(item, list[i], emptyLists).Below);
        return result.Build();
    }

    private static (bool IsMember, FieldSet? Below) OfValue(Schema schema, JsonNode? value, bool emptyLists) => TypedShape.Of(schema, value) switch
    {
        Shape.Map => (false, OfMap(schema, (JsonObject)value!, emptyLists)),
        Shape.List => (emptyLists && value is JsonArray { Count: 0 }, OfList(schema, (JsonArray)value!, emptyLists)),
        _ => (true, null),
    };
}
