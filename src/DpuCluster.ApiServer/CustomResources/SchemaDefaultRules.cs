using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.CustomResources;

/// <summary>The defaults in a schema have to fit it themselves: no unknown field, nothing that would be refused.</summary>
internal static class SchemaDefaultRules
{
    /// <param name="schema">The schema of a whole object.</param>
    /// <param name="path">Where the schema stands in the definition.</param>
    /// <param name="rules">Runs the rules of a schema on one of its defaults, which stands at the path.</param>
    public static IReadOnlyList<FieldError> Validate(Schema schema, string path, Func<Schema, JsonNode, string, IReadOnlyList<FieldError>> rules)
    {
        var errors = new List<FieldError>();
        Check(schema, path, isResource: true, insideMetadata: false, rules, errors);
        return errors;
    }

    private static void Check(
        Schema schema,
        string path,
        bool isResource,
        bool insideMetadata,
        Func<Schema, JsonNode, string, IReadOnlyList<FieldError>> rules,
        List<FieldError> errors)
    {
        if (schema.Default is { } value)
        {
            CheckDefault(schema, value, FieldPath.Child(path, "default"), isResource, insideMetadata && !isResource, rules, errors);
        }

        if (schema.Items is { } items)
        {
            Check(items, FieldPath.Child(path, "items"), items.EmbeddedResource, insideMetadata && !isResource, rules, errors);
        }

        foreach (var (name, property) in schema.Properties)
        {
            var isMetadata = (insideMetadata && !isResource) || (isResource && name is "metadata" or "apiVersion" or "kind");
            Check(property, FieldPath.Key(FieldPath.Child(path, "properties"), name), property.EmbeddedResource, isMetadata, rules, errors);
        }
    }

    private static void CheckDefault(
        Schema schema,
        JsonNode value,
        string path,
        bool isResource,
        bool insideMetadata,
        Func<Schema, JsonNode, string, IReadOnlyList<FieldError>> rules,
        List<FieldError> errors)
    {
        if (!insideMetadata && SchemaPruner.Prune(schema, value.DeepClone(), isResource).Count > 0)
        {
            errors.Add(FieldError.Invalid(path, value, "must not have unknown fields"));
        }

        foreach (var check in (ReadOnlySpan<Func<IReadOnlyList<FieldError>>>)[
            () => EmbeddedResources.Validate(schema, value, path, isResource),
            () => SchemaValidator.Validate(schema, value, path),
            () => CustomResourceValidator.HasRules(schema) ? rules(schema, value, path) : []])
        {
            // What is wrong first is told alone: the checks that follow take it for granted.
            var wrong = check();
            if (wrong.Count > 0)
            {
                errors.AddRange(wrong);
                return;
            }
        }
    }
}
