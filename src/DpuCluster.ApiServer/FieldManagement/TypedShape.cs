using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Patches;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.FieldManagement;

/// <summary>How field management goes about a value: as a whole, or field by field, or item by item.</summary>
internal enum Shape
{
    Absent,
    Null,
    Leaf,
    Map,
    List,
}

/// <summary>What a schema says about ownership: which maps and lists are taken apart, and what names an item of a list.</summary>
internal static class TypedShape
{
    // A value that nothing is said about: maps are taken apart, lists are not.
    private static readonly Schema Deduced = new() { PreserveUnknownFields = true };
    private static readonly Schema Text = new() { Type = "string" };
    private static readonly Schema TextMap = new() { Type = "object", AdditionalProperties = Text };

    private static readonly Schema ObjectMeta = new()
    {
        Type = "object",
        Properties = new Dictionary<string, Schema>
        {
            ["name"] = Text,
            ["generateName"] = Text,
            ["namespace"] = Text,
            ["selfLink"] = Text,
            ["uid"] = Text,
            ["resourceVersion"] = Text,
            ["generation"] = new() { Type = "integer" },
            ["creationTimestamp"] = Text,
            ["deletionTimestamp"] = Text,
            ["deletionGracePeriodSeconds"] = new() { Type = "integer" },
            ["labels"] = TextMap,
            ["annotations"] = TextMap,
            ["finalizers"] = new() { Type = "array", ListType = "set", Items = Text },
            ["ownerReferences"] = new()
            {
                Type = "array",
                ListType = "map",
                ListMapKeys = ["uid"],
                Items = new()
                {
                    Type = "object",
                    MapType = "atomic",
                    Properties = new Dictionary<string, Schema>
                    {
                        ["apiVersion"] = Text,
                        ["kind"] = Text,
                        ["name"] = Text,
                        ["uid"] = Text,
                        ["controller"] = new() { Type = "boolean" },
                        ["blockOwnerDeletion"] = new() { Type = "boolean" },
                    },
                },
            },
            ["managedFields"] = new() { Type = "array", ListType = "atomic" },
        },
    };

    private static readonly ConditionalWeakTable<Schema, Schema> Roots = [];

    /// <summary>
    /// The schema of a whole object: with the fields that every object has, which the schema of a custom resource
    /// does not spell out.
    /// </summary>
    public static Schema Root(Schema schema) => Roots.GetValue(schema, Complete);

    public static Shape Of(Schema schema, JsonNode? value) => value switch
    {
        null => Shape.Null,
        JsonObject when schema.Type is null or "object" => schema.MapType == "atomic" ? Shape.Leaf : Shape.Map,
        JsonArray when schema.Type is null or "array" => IsAssociative(schema) ? Shape.List : Shape.Leaf,
        _ => Shape.Leaf,
    };

    /// <summary>The schema of a field.</summary>
    /// <param name="schema">The schema of the map that it is in.</param>
    /// <param name="field">Its name.</param>
    /// <param name="named">Whether the schema names it, as opposed to allowing any name.</param>
    public static Schema Field(Schema schema, string field, out bool named)
    {
        named = schema.Properties.TryGetValue(field, out var property);
        return property ?? schema.AdditionalProperties ?? Deduced;
    }

    /// <summary>Whether fields that the schema does not name may be there.</summary>
    public static bool AllowsUnnamed(Schema schema) =>
        schema.AdditionalProperties is not null || schema.PreserveUnknownFields || schema.Properties.Count == 0;

    public static Schema Item(Schema schema) => schema.Items ?? Deduced;

    public static bool IsAssociative(Schema schema) => schema.ListType switch
    {
        "map" or "set" => true,
        null => schema.PatchStrategy?.Contains("merge", StringComparison.Ordinal) == true,
        _ => false,
    };

    /// <summary>The fields that name an item of a list; none where the item itself does.</summary>
    public static IReadOnlyList<string> KeysOf(Schema list) => list.ListType switch
    {
        "map" => list.ListMapKeys,
        null when list.PatchMergeKey is { Length: > 0 } key => [key],
        _ => [],
    };

    /// <summary>What names an item of an associative list.</summary>
    /// <exception cref="FormatException">Nothing does: the item lacks a key field, or is of the wrong kind.</exception>
    public static PathElement NameOf(Schema list, JsonNode? item)
    {
        var keys = KeysOf(list);
        if (keys.Count == 0)
        {
            return item switch
            {
                null => throw new FormatException("associative list without keys has an element that's an explicit null"),
                JsonObject => throw new FormatException("associative list without keys has an element that's a map type"),
                JsonArray => throw new FormatException("not supported: associative list with lists as elements"),
                _ => PathElement.Value(JsonScalar.Of(item)),
            };
        }
        if (item is not JsonObject map)
        {
            throw new FormatException(item is null
                ? "associative list with keys may not have a null element"
                : "associative list with keys may not have non-map elements");
        }
        var fields = new KeyField[keys.Count];
        for (var i = 0; i < fields.Length; i++)
        {
            var name = keys[i];
            if (!map.TryGetPropertyValue(name, out var value))
            {
                value = list.Items?.Properties.GetValueOrDefault(name)?.Default
                    ?? throw new FormatException(
                        $"associative list with keys has an element that omits key field \"{name}\" (and doesn't have default value)");
            }
            fields[i] = new KeyField(name, JsonScalar.Of(value));
        }
        return PathElement.Key(fields);
    }

    private static Schema Complete(Schema schema)
    {
        var metadata = schema.Properties.GetValueOrDefault("metadata");
        if (metadata is { Properties.Count: > 0 } && metadata.Properties.ContainsKey("ownerReferences")
            && schema.Properties.ContainsKey("apiVersion") && schema.Properties.ContainsKey("kind"))
        {
            return schema;
        }
        var unnamed = AllowsUnnamed(schema);
        var properties = new Dictionary<string, Schema>(schema.Properties) { ["metadata"] = ObjectMeta };
        properties.TryAdd("apiVersion", Text);
        properties.TryAdd("kind", Text);
        return new Schema
        {
            Type = "object",
            Properties = properties,
            AdditionalProperties = schema.AdditionalProperties,
            PreserveUnknownFields = unnamed && schema.AdditionalProperties is null,
            MapType = schema.MapType,
        };
    }
}
