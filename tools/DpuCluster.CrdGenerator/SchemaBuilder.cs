using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DpuCluster.Api.Schema;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.CrdGenerator;

/// <summary>
/// Makes OpenAPI schemas of C# types: property types give types and formats, nullability gives <c>required</c>, the
/// attributes of <c>DpuCluster.Api.Schema</c> give the rules, doc comments give descriptions. Properties stand in the
/// order in which they are declared.
/// </summary>
internal sealed class SchemaBuilder(DocComments docs)
{
    private readonly NullabilityInfoContext _nullability = new();

    /// <summary>Schema of a whole object: with apiVersion, kind and metadata as every custom resource has them.</summary>
    public JsonObject Root(Type type)
    {
        var schema = ObjectSchema(type, property => !typeof(IKubernetesObject).GetProperties().Any(common => common.Name == property.Name));
        var properties = (JsonObject)schema["properties"]!;
        properties.Insert(0, "apiVersion", Described("Group and version of the API that the object is written in.", "string"));
        properties.Insert(1, "kind", Described("Kind of the object.", "string"));
        properties.Insert(2, "metadata", new JsonObject { ["type"] = "object" });
        return schema;
    }

    /// <summary>The name of a property in JSON.</summary>
    public static string JsonName(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    private static JsonObject Described(string description, string type) => new() { ["description"] = description, ["type"] = type };

    private JsonObject ObjectSchema(Type type, Func<PropertyInfo, bool>? include = null)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        var declared = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is null
                && property.GetCustomAttribute<JsonExtensionDataAttribute>() is null
                && include?.Invoke(property) is not false)
            .OrderBy(property => property.MetadataToken);
        foreach (var property in declared)
        {
            var name = JsonName(property);
            properties[name] = PropertySchema(property);
            if (property.GetCustomAttribute<SchemaRequiredAttribute>() is not null
                || _nullability.Create(property).WriteState == NullabilityState.NotNull)
            {
                required.Add((JsonNode)name);
            }
        }

        var schema = new JsonObject();
        AddDescription(schema, docs.Of(type));
        schema["type"] = "object";
        if (required.Count > 0)
        {
            schema["required"] = required;
        }

        schema["properties"] = properties;
        if (type.GetCustomAttribute<SchemaKeepsUnknownFieldsAttribute>() is not null || type.Assembly == typeof(ObjectMeta).Assembly && type != typeof(Condition))
        {
            // Of Kubernetes' own types only the part in use has names.
            schema["x-kubernetes-preserve-unknown-fields"] = true;
        }

        AddRules(schema, type);
        return schema;
    }

    private JsonObject PropertySchema(PropertyInfo property)
    {
        var schema = TypeSchema(property.PropertyType, property);
        if (docs.Of(property) is { } description)
        {
            // The property says what the value is for here; its type only what it is in general.
            schema.Remove("description");
            schema.Insert(0, "description", description);
        }

        if (property.DeclaringType == typeof(Condition))
        {
            ConditionRules.Add(schema, JsonName(property));
        }

        AddAttributes(schema, property);
        AddRules(schema, property);
        return schema;
    }

    private JsonObject TypeSchema(Type type, MemberInfo place)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsGenericType)
        {
            var arguments = type.GetGenericArguments();
            if (type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            {
                return new JsonObject { ["type"] = "array", ["items"] = TypeSchema(arguments[0], place) };
            }

            if (type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) && arguments[0] == typeof(string))
            {
                return new JsonObject { ["type"] = "object", ["additionalProperties"] = TypeSchema(arguments[1], place) };
            }
        }

        return type switch
        {
            _ when type == typeof(string) => new JsonObject { ["type"] = "string" },
            _ when type == typeof(bool) => new JsonObject { ["type"] = "boolean" },
            _ when type == typeof(int) => IntSchema(place),
            _ when type == typeof(long) => new JsonObject { ["type"] = "integer", ["format"] = "int64" },
            _ when type == typeof(double) => new JsonObject { ["type"] = "number" },
            _ when type == typeof(DateTimeOffset) => new JsonObject { ["type"] = "string", ["format"] = "date-time" },
            _ when type == typeof(IntOrString) => new JsonObject
            {
                ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "string" }),
                ["x-kubernetes-int-or-string"] = true,
            },
            _ when type == typeof(ObjectMeta) => new JsonObject { ["type"] = "object" },
            _ when type == typeof(JsonElement) => new JsonObject { ["x-kubernetes-preserve-unknown-fields"] = true },
            _ when type.IsClass && type.Namespace?.StartsWith(nameof(DpuCluster), StringComparison.Ordinal) is true => ObjectSchema(type),
            _ => throw new NotSupportedException(
                $"{place.DeclaringType?.Name}.{place.Name} is a {type.Name}, for which there is no schema: use a type that {nameof(SchemaBuilder)} knows"),
        };
    }

    /// <summary>The format only where no range keeps the value in 32 bits anyway.</summary>
    private static JsonObject IntSchema(MemberInfo place)
    {
        var schema = new JsonObject { ["type"] = "integer" };
        if (place.GetCustomAttribute<SchemaRangeAttribute>() is not { Maximum: not int.MaxValue })
        {
            schema["format"] = "int32";
        }

        return schema;
    }

    private static void AddAttributes(JsonObject schema, PropertyInfo property)
    {
        if (property.GetCustomAttribute<SchemaDefaultAttribute>() is { } value)
        {
            schema["default"] = JsonNode.Parse(value.Json);
        }

        if (property.GetCustomAttribute<SchemaEnumAttribute>() is { } choice)
        {
            schema["enum"] = new JsonArray([.. choice.Values.Select(text => (JsonNode)text)]);
        }

        if (property.GetCustomAttribute<SchemaPatternAttribute>() is { } pattern)
        {
            schema["pattern"] = pattern.Pattern;
        }

        if (property.GetCustomAttribute<SchemaRangeAttribute>() is { } range)
        {
            AddBounds(schema, "minimum", range.Minimum, "maximum", range.Maximum);
        }

        if (property.GetCustomAttribute<SchemaLengthAttribute>() is { } length)
        {
            AddBounds(schema, "minLength", length.Minimum, "maxLength", length.Maximum);
        }

        if (property.GetCustomAttribute<SchemaListMapAttribute>() is { } list)
        {
            schema["x-kubernetes-list-type"] = "map";
            schema["x-kubernetes-list-map-keys"] = new JsonArray([.. list.Keys.Select(text => (JsonNode)text)]);
        }
    }

    private static void AddBounds(JsonObject schema, string least, int minimum, string greatest, int maximum)
    {
        schema[least] = minimum;
        if (maximum != int.MaxValue)
        {
            schema[greatest] = maximum;
        }
    }

    private static void AddRules(JsonObject schema, MemberInfo place)
    {
        var rules = place.GetCustomAttributes<ValidationRuleAttribute>()
            .Select(rule => (JsonNode)new JsonObject { ["rule"] = rule.Rule, ["message"] = rule.Message }).ToArray();
        if (rules.Length > 0 && schema["x-kubernetes-validations"] is JsonArray existing)
        {
            Array.ForEach(rules, existing.Add);
        }
        else if (rules.Length > 0)
        {
            schema["x-kubernetes-validations"] = new JsonArray(rules);
        }
    }

    private static void AddDescription(JsonObject schema, string? description)
    {
        if (description is not null)
        {
            schema["description"] = description;
        }
    }
}
