using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.CustomResources;

/// <summary>What <c>x-kubernetes-list-type</c>, <c>x-kubernetes-list-map-keys</c> and <c>x-kubernetes-map-type</c> demand of a schema.</summary>
internal static class ListAndMapTypeRules
{
    private const string ListType = "x-kubernetes-list-type";
    private const string ListMapKeys = "x-kubernetes-list-map-keys";
    private const string MapType = "x-kubernetes-map-type";

    public static void Check(JsonObject schema, string path, List<FieldError> errors)
    {
        CheckMapType(schema, path, errors);
        CheckListType(schema, path, errors);
        if (schema.OptionalText(ListType) == "map")
        {
            CheckMapList(schema, path, errors);
        }

        CheckItemsOfUniqueList(schema, path, errors);
    }

    private static void CheckMapType(JsonObject schema, string path, List<FieldError> errors)
    {
        if (schema.OptionalText(MapType) is not { } mapType)
        {
            return;
        }

        CheckType(schema, "object", MapType, path, errors);
        if (mapType is not ("atomic" or "granular"))
        {
            errors.Add(FieldError.NotSupported(FieldPath.Child(path, MapType), mapType, ["atomic", "granular"]));
        }
    }

    private static void CheckType(JsonObject schema, string wanted, string extension, string path, List<FieldError> errors)
    {
        var type = schema.Text("type");
        if (type == wanted)
        {
            return;
        }

        var typePath = FieldPath.Child(path, "type");
        var detail = $"must be {wanted} if {extension} is specified";
        errors.Add(type.Length == 0 ? FieldError.Required(typePath, detail) : FieldError.Invalid(typePath, type, detail));
    }

    private static void CheckListType(JsonObject schema, string path, List<FieldError> errors)
    {
        var listType = schema.OptionalText(ListType);
        var listTypePath = FieldPath.Child(path, ListType);
        if (listType is not null)
        {
            if (schema.Text("type") != "array")
            {
                CheckType(schema, "array", ListType, path, errors);
            }
            else if (listType == "set" && schema.Map("items") is { } items)
            {
                CheckItemsOfSet(items, FieldPath.Child(path, "items"), errors);
            }

            if (listType is not ("atomic" or "set" or "map"))
            {
                errors.Add(FieldError.NotSupported(listTypePath, listType, ["atomic", "set", "map"]));
            }
        }

        if (schema.Texts(ListMapKeys).Count > 0 && listType != "map")
        {
            const string detail = "must be map if x-kubernetes-list-map-keys is non-empty";
            errors.Add(listType is null ? FieldError.Required(listTypePath, detail) : FieldError.Invalid(listTypePath, listType, detail));
        }
    }

    private static void CheckItemsOfSet(JsonObject items, string path, List<FieldError> errors)
    {
        const string detail = "must be atomic as item of a list with x-kubernetes-list-type=set";
        var listType = items.OptionalText(ListType);
        if (items.Text("type") == "array" && listType is not (null or "atomic"))
        {
            errors.Add(FieldError.Invalid(FieldPath.Child(path, ListType), listType, detail));
        }
        else if (items.Text("type") == "object" && items.OptionalText(MapType) != "atomic")
        {
            errors.Add(FieldError.Invalid(FieldPath.Child(path, MapType), listType, detail));
        }
    }

    private static void CheckMapList(JsonObject schema, string path, List<FieldError> errors)
    {
        var keys = schema.Texts(ListMapKeys);
        var keysPath = FieldPath.Child(path, ListMapKeys);
        var itemsPath = FieldPath.Child(path, "items");
        if (keys.Count == 0)
        {
            errors.Add(FieldError.Required(keysPath, "must not be empty if x-kubernetes-list-type is map"));
        }

        if (!schema.Has("items"))
        {
            errors.Add(FieldError.Required(itemsPath, "must have a schema if x-kubernetes-list-type is map"));
        }

        if (schema.Map("items") is not { } items)
        {
            return;
        }

        if (items.Text("type") != "object")
        {
            errors.Add(FieldError.Invalid(
                FieldPath.Child(itemsPath, "type"), items.Text("type"), "must be object if parent array's x-kubernetes-list-type is map"));
            return;
        }

        for (var i = 0; i < keys.Count; i++)
        {
            if (items.Map("properties")?.Map(keys[i]) is not { } property)
            {
                errors.Add(FieldError.Invalid(keysPath, schema[ListMapKeys], "entries must all be names of item properties"));
            }
            else if (property.Text("type") is "array" or "object")
            {
                errors.Add(FieldError.Invalid(
                    FieldPath.Child(Property(itemsPath, keys[i]), "type"),
                    items.Text("type"),
                    "must be a scalar type if parent array's x-kubernetes-list-type is map"));
            }

            if (keys.Take(i).Contains(keys[i]))
            {
                errors.Add(FieldError.Invalid(keysPath, schema[ListMapKeys], "must not contain duplicate entries"));
            }
        }
    }

    private static void CheckItemsOfUniqueList(JsonObject schema, string path, List<FieldError> errors)
    {
        if (schema.OptionalText(ListType) is not ("set" or "map") || schema.Map("items") is not { } items)
        {
            return;
        }

        var listType = schema.Text(ListType);
        var itemsPath = FieldPath.Child(path, "items");
        if (items.Flag("nullable"))
        {
            errors.Add(FieldError.Forbidden(FieldPath.Child(itemsPath, "nullable"), $"cannot be nullable when x-kubernetes-list-type is {listType}"));
        }

        foreach (var key in listType == "map" ? schema.Texts(ListMapKeys) : [])
        {
            if (items.Map("properties")?.Map(key) is not { } property)
            {
                continue;
            }

            if (!items.Texts("required").Contains(key) && !property.Has("default"))
            {
                errors.Add(FieldError.Required(
                    FieldPath.Child(Property(itemsPath, key), "default"),
                    "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"));
            }

            if (property.Flag("nullable"))
            {
                errors.Add(FieldError.Forbidden(
                    FieldPath.Child(Property(itemsPath, key), "nullable"), "this property is in x-kubernetes-list-map-keys, so it cannot be nullable"));
            }
        }
    }

    private static string Property(string path, string name) => FieldPath.Key(FieldPath.Child(path, "properties"), name);
}
