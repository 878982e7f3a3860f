using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>Holds lists of type set and map to what these mean: no two equal items, no two items with the same key.</summary>
internal static class ListTypeValidator
{
    public static IReadOnlyList<FieldError> Validate(Schema schema, JsonNode? value, string path = "")
    {
        var errors = new List<FieldError>();
        Validate(schema, value, path, errors);
        return errors;
    }

    private static void Validate(Schema schema, JsonNode? value, string path, List<FieldError> errors)
    {
        switch (value)
        {
            case JsonObject map:
                foreach (var (name, field) in map)
                {
                    if (schema.Properties.TryGetValue(name, out var property))
                    {
                        Validate(property, field, FieldPath.Child(path, name), errors);
                    }
                    else if (schema.AdditionalProperties is { } values)
                    {
                        Validate(values, field, FieldPath.Key(path, name), errors);
                    }
                }

                break;
            case JsonArray list:
                ValidateList(schema, list, path, errors);
                for (var i = 0; schema.Items is not null && i < list.Count; i++)
                {
                    Validate(schema.Items, list[i], FieldPath.Item(path, i), errors);
                }

                break;
            default:
                break;
        }
    }

    private static void ValidateList(Schema schema, JsonArray list, string path, List<FieldError> errors)
    {
        switch (schema.ListType)
        {
            case "set":
                AddDuplicates([.. list], path, errors);
                break;
            case "map" when list.Any(item => item is not (null or JsonObject)):
                var wrong = list.First(item => item is not (null or JsonObject));
                errors.Add(FieldError.Invalid(FieldPath.Item(path, list.IndexOf(wrong)), wrong, "must be an object for an array of list-type map"));
                break;
            case "map":
                AddDuplicates([.. list.Select(item => KeyOf(schema.ListMapKeys, item as JsonObject))], path, errors);
                break;
            default:
                break;
        }
    }

    /// <summary>Tells of each value that stands more than once, at its second place.</summary>
    private static void AddDuplicates(List<JsonNode?> values, string path, List<FieldError> errors)
    {
        if (values.Count < 2)
        {
            return;
        }

        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < values.Count; i++)
        {
            var identity = GoText.Json(values[i]);
            var times = seen.GetValueOrDefault(identity);
            seen[identity] = times + 1;
            if (times == 1)
            {
                errors.Add(FieldError.Duplicate(FieldPath.Item(path, i), values[i]));
            }
        }
    }

    private static JsonObject KeyOf(IReadOnlyList<string> keys, JsonObject? item)
    {
        var key = new JsonObject();
        foreach (var name in keys)
        {
            if (item is not null && item.TryGetPropertyValue(name, out var value))
            {
                key[name] = value?.DeepClone();
            }
        }

        return key;
    }
}
