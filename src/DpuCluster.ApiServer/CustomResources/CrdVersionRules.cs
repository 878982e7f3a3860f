using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.CustomResources;

/// <summary>Subresources, printer columns, selectable fields and deprecation warnings of a CustomResourceDefinition.</summary>
internal static class CrdVersionRules
{
    public const int MostSelectableFields = 8;

    private static readonly string[] ColumnTypes = ["boolean", "date", "integer", "number", "string"];
    private static readonly string[] ColumnFormats = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

    public static void CheckDeprecation(JsonObject version, string path, List<FieldError> errors)
    {
        if (version.OptionalText("deprecationWarning") is not { } warning)
        {
            return;
        }

        var details = new List<string>();
        if (!version.Flag("deprecated"))
        {
            details.Add("can only be set for deprecated versions");
        }
        else
        {
            if (Encoding.UTF8.GetByteCount(warning) > 256)
            {
                details.Add("must be <= 256 characters long");
            }

            if (warning.Length == 0)
            {
                details.Add("must not be an empty string");
            }

            var index = 0;
            foreach (var rune in warning.EnumerateRunes())
            {
                if (!GoText.IsPrintable(rune))
                {
                    details.Add($"must only contain printable UTF-8 characters; non-printable character found at index {index}");
                    break;
                }

                index += rune.Utf8SequenceLength;
            }
        }

        errors.AddRange(details.Select(detail => FieldError.Invalid(FieldPath.Child(path, "deprecationWarning"), warning, detail)));
    }

    public static void CheckSubresources(JsonObject? subresources, string path, List<FieldError> errors)
    {
        if (subresources?.Map("scale") is not { } scale)
        {
            return;
        }

        CheckScalePath(scale, "specReplicasPath", [".spec."], "should be a json path under .spec", path, errors);
        CheckScalePath(scale, "statusReplicasPath", [".status."], "should be a json path under .status", path, errors);
        if (scale.Text("labelSelectorPath").Length > 0)
        {
            CheckScalePath(scale, "labelSelectorPath", [".spec.", ".status."], "should be a json path under either .spec or .status", path, errors);
        }
    }

    private static void CheckScalePath(
        JsonObject scale, string key, IReadOnlyList<string> prefixes, string detail, string path, List<FieldError> errors)
    {
        var value = scale.Text(key);
        var valuePath = FieldPath.Child(path, "scale." + key);
        if (value.Length == 0)
        {
            errors.Add(FieldError.Required(valuePath));
        }
        else if (value[0] != '.')
        {
            errors.Add(FieldError.Invalid(valuePath, value, "must be a simple json path starting with ."));
        }
        else if (!prefixes.Any(prefix => value.StartsWith(prefix, StringComparison.Ordinal)))
        {
            errors.Add(FieldError.Invalid(valuePath, value, detail));
        }
    }

    public static void CheckColumns(IReadOnlyList<JsonObject> columns, string path, List<FieldError> errors)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            CheckColumn(columns[i], FieldPath.Item(FieldPath.Child(path, "additionalPrinterColumns"), i), errors);
        }
    }

    private static void CheckColumn(JsonObject column, string path, List<FieldError> errors)
    {
        if (column.Text("name").Length == 0)
        {
            errors.Add(FieldError.Required(FieldPath.Child(path, "name")));
        }

        var type = column.Text("type");
        var typeDetail = $"must be one of {string.Join(',', ColumnTypes)}";
        if (type.Length == 0)
        {
            errors.Add(FieldError.Required(FieldPath.Child(path, "type"), typeDetail));
        }
        else if (!ColumnTypes.Contains(type))
        {
            errors.Add(FieldError.Invalid(FieldPath.Child(path, "type"), type, typeDetail));
        }

        if (column.Text("format") is { Length: > 0 } format && !ColumnFormats.Contains(format))
        {
            errors.Add(FieldError.Invalid(FieldPath.Child(path, "format"), format, $"must be one of {string.Join(',', ColumnFormats)}"));
        }

        var jsonPath = column.Text("jsonPath");
        if (jsonPath.Length == 0)
        {
            errors.Add(FieldError.Required(FieldPath.Child(path, "JSONPath")));
        }
        else if (jsonPath[0] != '.')
        {
            errors.Add(FieldError.Invalid(FieldPath.Child(path, "JSONPath"), jsonPath, "must be a simple json path starting with ."));
        }
    }

    /// <param name="fields">The selectable fields.</param>
    /// <param name="schema">Schema that they point into; null where there is none.</param>
    /// <param name="path">Path of the version, or of the spec.</param>
    /// <param name="withoutSchema">What to say where there is no schema.</param>
    /// <param name="errors">Takes the errors.</param>
    public static void CheckSelectableFields(
        IReadOnlyList<JsonObject> fields, JsonObject? schema, string path, string withoutSchema, List<FieldError> errors)
    {
        var fieldsPath = FieldPath.Child(path, "selectableFields");
        if (fields.Count > 0 && schema is null)
        {
            errors.Add(FieldError.Invalid(fieldsPath, "", withoutSchema));
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < fields.Count; i++)
        {
            CheckSelectableField(fields[i].Text("jsonPath"), schema!, FieldPath.Child(FieldPath.Item(fieldsPath, i), "jsonPath"), seen, errors);
        }

        if (seen.Count > MostSelectableFields)
        {
            errors.Add(FieldError.TooMany(fieldsPath, seen.Count, MostSelectableFields));
        }
    }

    private static void CheckSelectableField(string jsonPath, JsonObject schema, string path, HashSet<string> seen, List<FieldError> errors)
    {
        if (jsonPath.Length == 0)
        {
            errors.Add(FieldError.Required(path));
            return;
        }

        if (!SchemaFieldPath.TryResolve(schema, jsonPath, out var found, out var wrong))
        {
            errors.Add(FieldError.Invalid(path, jsonPath, $"is an invalid path: {wrong}"));
            return;
        }

        if (SchemaFieldPath.TrySplit(jsonPath, out var names) && names[0] == "metadata")
        {
            errors.Add(FieldError.Invalid(path, jsonPath, "must not point to fields in metadata"));
        }

        if (found!.Text("type") is not ("string" or "boolean" or "integer"))
        {
            errors.Add(FieldError.Invalid(
                path, jsonPath, "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed."));
        }

        if (!seen.Add(jsonPath))
        {
            errors.Add(FieldError.Duplicate(path, jsonPath));
        }
    }
}
