using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>One validation: walks a value along its schema.</summary>
/// <param name="rootPath">Path of the field that the value as a whole stands in.</param>
internal sealed partial class SchemaValidation(string rootPath)
{
    public SchemaResult Validate(Schema schema, JsonNode? value, ValuePath path, OldValue old)
    {
        var result = new SchemaResult();
        var kind = JsonValues.KindOf(value);
        if (kind == JsonKind.Null)
        {
            CheckNull(schema, path, result);
            CheckEnum(schema, value, path, result);
        }
        else
        {
            CheckType(schema, kind, value, path, result);
            CheckAlternatives(schema, value, path, old, result);
            CheckScalar(schema, kind, value, path, result);
            CheckItems(schema, value as JsonArray, path, old, result);
            CheckEnum(schema, value, path, result);
            CheckFields(schema, value as JsonObject, path, old, result);
            result.Count();
        }

        if (!result.IsValid && old.IsUnchanged(schema, value))
        {
            result.Forgive();
        }

        return result;
    }

    private string Field(ValuePath path)
    {
        var relative = path.ToString();
        return relative.Length == 0 ? (rootPath.Length == 0 ? FieldPath.Whole : rootPath) : FieldPath.Child(rootPath, relative);
    }

    private void CheckNull(Schema schema, ValuePath path, SchemaResult result)
    {
        if (TypeOf(schema) is { } type && !schema.Nullable)
        {
            AddTypeError(path, type, "null", result);
        }
        else
        {
            result.Count();
        }
    }

    private void CheckType(Schema schema, JsonKind kind, JsonNode? value, ValuePath path, SchemaResult result)
    {
        var type = TypeOf(schema);
        var format = StringFormats.IsKnown(schema.Format) ? schema.Format : null;
        if (type is null && format is null)
        {
            return;
        }

        result.Count();
        var fits = Fits(schema, kind, value);
        if (kind is not (JsonKind.String or JsonKind.Array) && format is not null && !fits)
        {
            AddTypeError(path, format, kind switch { JsonKind.Integer => "int64", JsonKind.Number => "float64", _ => "" }, result);
        }
        else if (kind is JsonKind.String or JsonKind.Array && format is not null && schema.Type is not ("number" or "integer") && !schema.IntOrString)
        {
            // The format decides alone.
            result.Count();
        }
        else if (!fits)
        {
            AddTypeError(path, type ?? "", JsonValues.TypeName(kind), result);
        }
        else
        {
            result.Count();
        }
    }

    private static string? TypeOf(Schema schema) => schema.IntOrString ? "integer,string" : schema.Type;

    private static bool Fits(Schema schema, JsonKind kind, JsonNode? value)
    {
        var isWhole = kind == JsonKind.Integer || (kind == JsonKind.Number && IsWhole(JsonValues.DoubleOf(value)));
        return schema.IntOrString
            ? isWhole || kind == JsonKind.String
            : schema.Type switch
            {
                "integer" => isWhole,
                "number" => kind is JsonKind.Integer or JsonKind.Number,
                var type => type == JsonValues.TypeName(kind),
            };
    }

    private static bool IsWhole(double number) => Math.Abs(number) < 9007199254740992 && Math.Floor(number).Equals(number);

    private void AddTypeError(ValuePath path, string type, string found, SchemaResult result)
    {
        var message = $"{path} in body must be of type {type}: {GoText.Quote(found)}";
        result.Add(FieldError.TypeInvalid(Field(path), JsonValue.Create(found), message), message);
    }

    private void CheckScalar(Schema schema, JsonKind kind, JsonNode? value, ValuePath path, SchemaResult result)
    {
        switch (kind)
        {
            case JsonKind.String:
                result.Count();
                var text = JsonValues.StringOf(value);
                StringRules.Check(schema, text, path, Field, result);
                if (StringFormats.IsKnown(schema.Format))
                {
                    result.Count();
                    if (!StringFormats.Matches(schema.Format!, text))
                    {
                        AddTypeError(path, schema.Format!, text, result);
                    }
                }

                break;
            case JsonKind.Integer or JsonKind.Number:
                result.Count(2);
                NumberRules.Check(schema, value!, path, Field, result);
                break;
            default:
                break;
        }
    }

    private void CheckItems(Schema schema, JsonArray? list, ValuePath path, OldValue old, SchemaResult result)
    {
        if (list is null)
        {
            return;
        }

        result.Count(2);
        if (schema.Items is { } items)
        {
            for (var i = 0; i < list.Count; i++)
            {
                result.Merge(Validate(items, list[i], path.Item(i), old.Item(schema, list[i], i)));
            }
        }

        if (list.Count < schema.MinItems)
        {
            var message = $"{path} in body should have at least {schema.MinItems} items";
            result.Add(FieldError.Invalid(Field(path), JsonValue.Create((long)list.Count), message), message);
        }

        if (list.Count > schema.MaxItems)
        {
            result.Add(FieldError.TooMany(Field(path), list.Count, schema.MaxItems.Value), $"{path} in body should have at most {schema.MaxItems} items");
        }

        if (schema.UniqueItems && list.Where((item, i) => list.Take(i).Any(earlier => JsonValues.AreEqual(earlier, item))).Any())
        {
            var message = $"{path} in body shouldn't contain duplicates";
            result.Add(FieldError.Invalid(Field(path), JsonValue.Create(""), message), message);
        }
    }

    private void CheckEnum(Schema schema, JsonNode? value, ValuePath path, SchemaResult result)
    {
        result.Count();
        if (schema.Enum is null || schema.Enum.Any(allowed => allowed is not null && IsOneOf(value, allowed)))
        {
            return;
        }

        var values = schema.Enum.Select(allowed => JsonValues.TryGetString(allowed, out var text) ? text : GoText.Json(allowed)).ToList();
        result.Add(FieldError.NotSupported(Field(path), value, values), $"{path} in body should be one of [{string.Join(' ', values)}]");
    }

    private static bool IsOneOf(JsonNode? value, JsonNode allowed)
    {
        var (kind, allowedKind) = (JsonValues.KindOf(value), JsonValues.KindOf(allowed));
        return kind is JsonKind.Integer or JsonKind.Number && allowedKind is JsonKind.Integer or JsonKind.Number
            ? JsonValues.DoubleOf(value).Equals(JsonValues.DoubleOf(allowed))
            : JsonValues.AreEqual(value, allowed);
    }

    private void CheckFields(Schema schema, JsonObject? map, ValuePath path, OldValue old, SchemaResult result)
    {
        if (map is null)
        {
            return;
        }

        result.Count();
        if (map.Count < schema.MinProperties)
        {
            var message = $"{path} in body should have at least {schema.MinProperties} properties";
            result.Add(FieldError.Invalid(Field(path), JsonValue.Create((long)map.Count), message), message);
            return;
        }

        if (map.Count > schema.MaxProperties)
        {
            result.Add(FieldError.TooMany(Field(path), map.Count, schema.MaxProperties.Value), $"{path} in body should have at most {schema.MaxProperties} properties");
            return;
        }

        CheckOtherFields(schema, map, path, old, result);
        foreach (var (name, property) in schema.Properties)
        {
            if (map.TryGetPropertyValue(name, out var value))
            {
                result.Merge(Validate(property, value, path.Child(name), old.Field(name)));
            }
        }

        foreach (var name in schema.Required)
        {
            if (!map.ContainsKey(name))
            {
                var missing = path.Child(name);
                result.Add(FieldError.Required(Field(missing)), $"{missing} in body is required");
            }
        }
    }

    private void CheckOtherFields(Schema schema, JsonObject map, ValuePath path, OldValue old, SchemaResult result)
    {
        if (schema.AdditionalProperties is null)
        {
            return;
        }

        foreach (var (name, value) in map)
        {
            if (schema.Properties.ContainsKey(name))
            {
                continue;
            }

            if (schema.ForbidsAdditionalProperties)
            {
                var message = $"{path}.{name} in body is a forbidden property";
                result.Add(FieldError.Invalid(Field(path), JsonValue.Create(name), message), message);
            }
            else
            {
                result.Merge(Validate(schema.AdditionalProperties, value, path.Child(name), old.Field(name)));
            }
        }
    }
}
