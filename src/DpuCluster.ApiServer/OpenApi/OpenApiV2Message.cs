using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Protobuf;

namespace DpuCluster.ApiServer.OpenApi;

/// <summary>
/// The OpenAPI v2 document in the form that clients written in Go ask for, kubectl among them: the protobuf messages of gnostic's
/// <c>openapi.v2</c> package. Written are those of their fields that a Kubernetes API server's document has.
/// </summary>
internal static class OpenApiV2Message
{
    /// <summary>The media type that a client accepts, and the older way to write it, which is also how the answer says it.</summary>
    public static readonly string[] MediaTypes =
        ["application/com.github.proto-openapi.spec.v2.v1.0+protobuf", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"];

    /// <summary>Encodes a document.</summary>
    public static byte[] Encode(JsonObject document)
    {
        var message = new WireWriter();
        Texts(message, document, ("swagger", 1));
        if (document["info"] is JsonObject info) message.Message(2, Of(info, static (m, o) => Texts(m, o, ("title", 1), ("version", 2), ("description", 3))));
        if (document["paths"] is JsonObject paths) message.Message(8, Of(paths, Paths));
        if (document["definitions"] is JsonObject definitions) message.Message(9, Of(definitions, static (m, o) => Named(m, 1, o, Schema)));
        foreach (var requirement in Objects(document["security"])) message.Message(12, Of(requirement, static (m, o) => Named(m, 1, o, static (_, _) => { })));
        if (document["securityDefinitions"] is JsonObject schemes) message.Message(13, Of(schemes, static (m, o) => Named(m, 1, o, SecurityScheme)));
        return message.Written.ToArray();
    }

    private static void Paths(WireWriter message, JsonObject paths) => Named(message, 2, paths, PathItem);

    private static void PathItem(WireWriter message, JsonObject item)
    {
        foreach (var (verb, number) in (ReadOnlySpan<(string, int)>)[("get", 2), ("put", 3), ("post", 4), ("delete", 5), ("options", 6), ("head", 7), ("patch", 8)])
        {
            if (item[verb] is JsonObject operation) message.Message(number, Of(operation, Operation));
        }

        foreach (var parameter in Objects(item["parameters"])) message.Message(9, Of(parameter, ParameterItem));
        Extensions(message, 10, item);
    }

    private static void Operation(WireWriter message, JsonObject operation)
    {
        Repeated(message, 1, operation["tags"]);
        Texts(message, operation, ("description", 3), ("operationId", 5));
        Repeated(message, 6, operation["produces"]);
        Repeated(message, 7, operation["consumes"]);
        foreach (var parameter in Objects(operation["parameters"])) message.Message(8, Of(parameter, ParameterItem));
        if (operation["responses"] is JsonObject responses) message.Message(9, Of(responses, static (m, o) => Named(m, 1, o, Response)));
        Repeated(message, 10, operation["schemes"]);
        Extensions(message, 13, operation);
    }

    private static void ParameterItem(WireWriter message, JsonObject parameter)
    {
        if (parameter["$ref"] is not null)
        {
            message.Message(2, Of(parameter, static (m, o) => Texts(m, o, ("$ref", 1))));
            return;
        }

        message.Message(1, Of(parameter, Parameter));
    }

    private static void Parameter(WireWriter message, JsonObject parameter)
    {
        if ((string?)parameter["in"] == "body")
        {
            message.Message(1, Of(parameter, static (m, o) =>
            {
                Texts(m, o, ("description", 1), ("name", 2), ("in", 3));
                Flag(m, o, "required", 4);
                if (o["schema"] is JsonObject schema) m.Message(5, Of(schema, Schema));
            }));
            return;
        }

        // Which of the four kinds it is; a query parameter's type comes one field later, behind one of its own.
        var kind = (string?)parameter["in"] switch { "header" => 1, "formData" => 2, "query" => 3, _ => 4 };
        var type = kind is 2 or 3 ? 6 : 5;
        var sub = new WireWriter();
        Flag(sub, parameter, "required", 1);
        Texts(sub, parameter, ("in", 2), ("description", 3), ("name", 4), ("type", type));
        var other = new WireWriter();
        other.Message(kind, sub);
        message.Message(2, other);
    }

    private static void Response(WireWriter message, JsonObject response)
    {
        var value = new WireWriter();
        Texts(value, response, ("description", 1));
        if (response["schema"] is JsonObject schema)
        {
            var item = new WireWriter();
            item.Message(1, Of(schema, Schema));
            value.Message(2, item);
        }

        message.Message(1, value);
    }

    private static void SecurityScheme(WireWriter message, JsonObject scheme) =>
        message.Message(2, Of(scheme, static (m, o) => Texts(m, o, ("type", 1), ("name", 2), ("in", 3), ("description", 4))));

    private static void Schema(WireWriter message, JsonObject schema)
    {
        Texts(message, schema, ("$ref", 1), ("format", 2), ("title", 3), ("description", 4));
        if (schema["default"] is { } value) message.Message(5, Any(value));
        Number(message, schema, "multipleOf", 6);
        Number(message, schema, "maximum", 7);
        Flag(message, schema, "exclusiveMaximum", 8);
        Number(message, schema, "minimum", 9);
        Flag(message, schema, "exclusiveMinimum", 10);
        Whole(message, schema, ("maxLength", 11), ("minLength", 12));
        Texts(message, schema, ("pattern", 13));
        Whole(message, schema, ("maxItems", 14), ("minItems", 15));
        Flag(message, schema, "uniqueItems", 16);
        Whole(message, schema, ("maxProperties", 17), ("minProperties", 18));
        Repeated(message, 19, schema["required"]);
        foreach (var allowed in schema["enum"] as JsonArray ?? []) message.Message(20, Any(allowed));
        if (schema["additionalProperties"] is { } additional) message.Message(21, AdditionalProperties(additional));
        if (schema["type"] is { } type) message.Message(22, TypeItem(type));
        if (schema["items"] is JsonObject items)
        {
            var item = new WireWriter();
            item.Message(1, Of(items, Schema));
            message.Message(23, item);
        }

        foreach (var part in Objects(schema["allOf"])) message.Message(24, Of(part, Schema));
        if (schema["properties"] is JsonObject properties) message.Message(25, Of(properties, static (m, o) => Named(m, 1, o, Schema)));
        Extensions(message, 31, schema);
    }

    private static WireWriter AdditionalProperties(JsonNode additional)
    {
        var message = new WireWriter();
        if (additional is JsonObject schema) message.Message(1, Of(schema, Schema));
        else message.Bool(2, additional.GetValueKind() == JsonValueKind.True);
        return message;
    }

    private static WireWriter TypeItem(JsonNode type)
    {
        var message = new WireWriter();
        if (type is JsonArray) Repeated(message, 1, type);
        else message.Text(1, type.ToString());
        return message;
    }

    /// <summary>Any value goes as YAML, which JSON is.</summary>
    private static WireWriter Any(JsonNode? value)
    {
        var message = new WireWriter();
        message.Text(2, value?.ToJsonString() ?? "null");
        return message;
    }

    private static void Extensions(WireWriter message, int number, JsonObject obj)
    {
        foreach (var (name, value) in obj)
        {
            if (!name.StartsWith("x-", StringComparison.Ordinal)) continue;
            var named = new WireWriter();
            named.Text(1, name);
            named.Message(2, Any(value));
            message.Message(number, named);
        }
    }

    private static void Named(WireWriter message, int number, JsonObject map, Action<WireWriter, JsonObject> write)
    {
        foreach (var (name, value) in map)
        {
            var named = new WireWriter();
            named.Text(1, name);
            named.Message(2, Of(value as JsonObject ?? [], write));
            message.Message(number, named);
        }
    }

    private static WireWriter Of(JsonObject obj, Action<WireWriter, JsonObject> write)
    {
        var message = new WireWriter();
        write(message, obj);
        return message;
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? list) => (list as JsonArray ?? []).OfType<JsonObject>();

    private static void Repeated(WireWriter message, int number, JsonNode? list)
    {
        foreach (var item in list as JsonArray ?? []) message.Text(number, item!.ToString());
    }

    private static void Texts(WireWriter message, JsonObject obj, params ReadOnlySpan<(string Name, int Number)> fields)
    {
        foreach (var (name, number) in fields)
        {
            if (obj[name] is { } value) message.Text(number, value.ToString());
        }
    }

    private static void Whole(WireWriter message, JsonObject obj, params ReadOnlySpan<(string Name, int Number)> fields)
    {
        foreach (var (name, number) in fields)
        {
            if (obj[name] is JsonValue value && value.TryGetValue(out long whole)) message.Whole(number, whole);
        }
    }

    private static void Number(WireWriter message, JsonObject obj, string name, int number)
    {
        if (obj[name] is { } value) message.Double(number, double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture));
    }

    private static void Flag(WireWriter message, JsonObject obj, string name, int number)
    {
        if (obj[name] is { } value && value.GetValueKind() == JsonValueKind.True) message.Bool(number, true);
    }
}
