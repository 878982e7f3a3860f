using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Patches;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.FieldManagement;

/// <summary>
/// Whether an object fits its schema as far as field management needs: declared fields, the right kind of value, names of
/// items. Worded as structured-merge-diff words it.
/// </summary>
internal static class TypedValidation
{
    /// <summary>What is wrong with an object; null when nothing is.</summary>
    /// <param name="schema">Schema of the whole object.</param>
    /// <param name="value">The object.</param>
    public static string? Validate(Schema schema, JsonObject value)
    {
        var errors = new List<string>();
        Check(TypedShape.Root(schema), value, "", false, errors);
        return errors.Count switch
        {
            0 => null,
            1 => errors[0],
            _ => "errors:\n" + string.Join('\n', errors.Select(e => "  " + e)),
        };
    }

    private static void Check(Schema schema, JsonNode? value, string path, bool preserving, List<string> errors)
    {
        if (value is null)
            return;
        var kind = value.GetValueKind();
        var expectation = schema.IntOrString ? null : schema.Type switch
        {
            "object" when value is not JsonObject => $"expected map, got &{{{GoValue.Format(value)}}}",
            "array" when value is not JsonArray => $"expected list, got &{{{GoValue.Format(value)}}}",
            "string" when kind != JsonValueKind.String => $"expected string, got {Shown(value)}",
            "integer" or "number" when kind != JsonValueKind.Number => $"expected numeric (int or float), got {GoValue.TypeOf(value)}",
            "boolean" when kind is not (JsonValueKind.True or JsonValueKind.False) => $"expected boolean, got {Shown(value)}",
            _ => null,
        };
        if (expectation is not null)
        {
            errors.Add(path.Length == 0 ? expectation : $"{path}: {expectation}");
            return;
        }
        // A schema that keeps unknown fields keeps them all the way down.
        preserving |= schema.PreserveUnknownFields;
        if (value is JsonObject map)
            CheckMap(schema, map, path, preserving, errors);
        else if (value is JsonArray list)
            CheckList(schema, list, path, preserving, errors);
    }

    private static void CheckMap(Schema schema, JsonObject map, string path, bool preserving, List<string> errors)
    {
        foreach (var (name, value) in map)
        {
            var field = TypedShape.Field(schema, name, out var named);
            if (!named && !preserving && !TypedShape.AllowsUnnamed(schema)
                && !(schema.EmbeddedResource && name is "apiVersion" or "kind" or "metadata"))
            {
                errors.Add($"{path}.{name}: field not declared in schema");
                return;
            }
            Check(field, value, $"{path}.{name}", preserving, errors);
        }
    }

    private static void CheckList(Schema schema, JsonArray list, string path, bool preserving, List<string> errors)
    {
        var associative = TypedShape.IsAssociative(schema);
        var seen = associative ? new HashSet<PathElement>() : null;
        for (var i = 0; i < list.Count; i++)
        {
            var element = PathElement.Index(i);
            if (associative)
            {
                try
                {
                    element = TypedShape.NameOf(schema, list[i]);
                }
                catch (FormatException e)
                {
                    errors.Add($"{path}: element {i}: {e.Message}");
                    return;
                }
                if (!seen!.Add(element))
                    errors.Add($"{path}: duplicate entries for key {element}");
            }
            Check(TypedShape.Item(schema), list[i], path + element, preserving, errors);
        }
    }

    private static string Shown(JsonNode value) => $"&value.valueUnstructured{{Value:{GoValue.Syntax(value)}}}";
}
