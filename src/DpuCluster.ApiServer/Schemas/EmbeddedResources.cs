using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>The objects within objects (<c>x-kubernetes-embedded-resource</c>): their type, name and other metadata.</summary>
internal static class EmbeddedResources
{
    /// <summary>What is wrong with the type and metadata of the embedded objects.</summary>
    /// <param name="schema">Schema of the value.</param>
    /// <param name="value">A whole object, or a part of one.</param>
    /// <param name="path">Where the value stands.</param>
    /// <param name="isResource">Whether the value itself is such an object too.</param>
    public static IReadOnlyList<FieldError> Validate(Schema schema, JsonNode? value, string path = "", bool isResource = false)
    {
        var errors = new List<FieldError>();
        Visit(schema, value, path, isResource, (resource, at) => Check(resource, at, errors));
        return errors;
    }

    /// <summary>Removes unknown fields from the metadata of the embedded objects, in place.</summary>
    /// <returns>The paths of what was removed.</returns>
    public static IReadOnlyList<string> PruneMetadata(Schema schema, JsonNode? value, string path = "", bool isResource = false)
    {
        var removed = new List<string>();
        Visit(schema, value, path, isResource, (resource, at) =>
            removed.AddRange(SchemaPruner.Prune(ObjectMetaSchema.Metadata, resource["metadata"], false, FieldPath.Child(at, "metadata"))));
        return removed;
    }

    private static void Visit(Schema schema, JsonNode? value, string path, bool isResource, Action<JsonObject, string> visit)
    {
        switch (value)
        {
            case JsonObject map:
                if (isResource || schema.EmbeddedResource)
                {
                    visit(map, path);
                }

                foreach (var (name, field) in map)
                {
                    if (schema.Properties.TryGetValue(name, out var property))
                    {
                        Visit(property, field, FieldPath.Child(path, name), false, visit);
                    }
                    else if (schema.AdditionalProperties is { } values)
                    {
                        Visit(values, field, FieldPath.Key(path, name), false, visit);
                    }
                }

                break;
            case JsonArray list when schema.Items is { } items:
                for (var i = 0; i < list.Count; i++)
                {
                    Visit(items, list[i], FieldPath.Item(path, i), false, visit);
                }

                break;
            default:
                break;
        }
    }

    private static void Check(JsonObject resource, string path, List<FieldError> errors)
    {
        CheckType(resource, "apiVersion", path, errors, apiVersion => apiVersion.Count(c => c == '/') > 1
            ? $"unexpected GroupVersion string: {apiVersion}"
            : null);
        CheckType(resource, "kind", path, errors, kind => ObjectNames.Dns1035Label(kind.ToLowerInvariant()).ToList() is { Count: > 0 } wrong
            ? "may have mixed case, but should otherwise match: " + string.Join(',', wrong)
            : null);
        if (resource["metadata"] is not { } metadata)
        {
            return;
        }

        var metadataPath = FieldPath.Child(path, "metadata");
        var misfits = SchemaValidator.Validate(ObjectMetaSchema.Metadata, metadata, metadataPath);
        if (misfits.Count > 0)
        {
            errors.AddRange(misfits);
            return;
        }

        var named = metadata.DeepClone().AsObject();
        if (!JsonValues.TryGetString(named["name"], out var name) || name.Length == 0)
        {
            // A template need not have a name; the rules for the rest are the same.
            named["name"] = "fakename";
        }

        var isNamespaced = JsonValues.TryGetString(named["namespace"], out var inNamespace) && inNamespace.Length > 0;
        errors.AddRange(ObjectMetaRules.Validate(named, isNamespaced, name => ObjectNames.PathSegment(name, prefix: false), metadataPath));
    }

    private static void CheckType(JsonObject resource, string field, string path, List<FieldError> errors, Func<string, string?> rule)
    {
        var fieldPath = FieldPath.Child(path, field);
        if (!resource.TryGetPropertyValue(field, out var value))
        {
            errors.Add(FieldError.Required(fieldPath));
        }
        else if (!JsonValues.TryGetString(value, out var text))
        {
            errors.Add(FieldError.Invalid(fieldPath, value, "must be a string"));
        }
        else if (text.Length == 0)
        {
            errors.Add(FieldError.Required(fieldPath));
        }
        else if (rule(text) is { } wrong)
        {
            errors.Add(FieldError.Invalid(fieldPath, text, wrong));
        }
    }
}
