using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>What <c>metadata</c> of a new object has to be like, worded as kube-apiserver words it.</summary>
internal static class ObjectMetaRules
{
    /// <summary>Most bytes that the keys and values of all annotations may have together.</summary>
    public const int MostAnnotationBytes = 256 * 1024;

    /// <param name="metadata">The metadata.</param>
    /// <param name="isNamespaced">Whether objects of the kind live in a namespace.</param>
    /// <param name="nameRule">What is wrong with a name.</param>
    /// <param name="path">Path of the metadata, normally <c>metadata</c>.</param>
    public static IReadOnlyList<FieldError> Validate(
        JsonObject metadata, bool isNamespaced, Func<string, IEnumerable<string>> nameRule, string path = "metadata")
    {
        var errors = new List<FieldError>();
        var name = Text(metadata, "name");
        var generateName = Text(metadata, "generateName");
        if (generateName.Length > 0)
        {
            // What is generated goes behind; a prefix may end in what a name may not.
            var wrong = nameRule(generateName.EndsWith('-') ? generateName[..^1] + "a" : generateName);
            errors.AddRange(wrong.Select(detail => FieldError.Invalid(FieldPath.Child(path, "generateName"), generateName, detail)));
        }

        if (name.Length == 0)
        {
            errors.Add(FieldError.Required(FieldPath.Child(path, "name"), "name or generateName is required"));
        }
        else
        {
            errors.AddRange(nameRule(name).Select(detail => FieldError.Invalid(FieldPath.Child(path, "name"), name, detail)));
        }

        CheckNamespace(Text(metadata, "namespace"), isNamespaced, FieldPath.Child(path, "namespace"), errors);
        if (JsonValues.TryGetInteger(metadata["generation"], out var generation) && generation < 0)
        {
            errors.Add(FieldError.Invalid(FieldPath.Child(path, "generation"), generation, "must be greater than or equal to 0"));
        }

        errors.AddRange(ValidateLabels(metadata["labels"] as JsonObject, FieldPath.Child(path, "labels")));
        CheckAnnotations(metadata["annotations"] as JsonObject, FieldPath.Child(path, "annotations"), errors);
        CheckOwners(metadata["ownerReferences"] as JsonArray, FieldPath.Child(path, "ownerReferences"), errors);
        CheckFinalizers(metadata["finalizers"] as JsonArray, FieldPath.Child(path, "finalizers"), errors);
        return errors;
    }

    public static IReadOnlyList<FieldError> ValidateLabels(JsonObject? labels, string path)
    {
        var errors = new List<FieldError>();
        foreach (var (key, value) in labels ?? [])
        {
            errors.AddRange(ObjectNames.QualifiedName(key).Select(detail => FieldError.Invalid(path, key, detail)));
            if (JsonValues.TryGetString(value, out var text))
            {
                errors.AddRange(ObjectNames.LabelValue(text).Select(detail => FieldError.Invalid(path, text, detail)));
            }
        }

        return errors;
    }

    private static void CheckNamespace(string name, bool isNamespaced, string path, List<FieldError> errors)
    {
        if (!isNamespaced)
        {
            if (name.Length > 0)
            {
                errors.Add(FieldError.Forbidden(path, "not allowed on this type"));
            }
        }
        else if (name.Length == 0)
        {
            errors.Add(FieldError.Required(path));
        }
        else
        {
            errors.AddRange(ObjectNames.Dns1123Label(name).Select(detail => FieldError.Invalid(path, name, detail)));
        }
    }

    private static void CheckAnnotations(JsonObject? annotations, string path, List<FieldError> errors)
    {
        var bytes = 0L;
        foreach (var (key, value) in annotations ?? [])
        {
            errors.AddRange(ObjectNames.QualifiedName(key.ToLowerInvariant()).Select(detail => FieldError.Invalid(path, key, detail)));
            bytes += System.Text.Encoding.UTF8.GetByteCount(key);
            bytes += JsonValues.TryGetString(value, out var text) ? System.Text.Encoding.UTF8.GetByteCount(text) : 0;
        }

        if (bytes > MostAnnotationBytes)
        {
            errors.Add(FieldError.TooLong(path, MostAnnotationBytes));
        }
    }

    private static void CheckOwners(JsonArray? owners, string path, List<FieldError> errors)
    {
        string? controller = null;
        for (var i = 0; i < owners?.Count; i++)
        {
            if (owners[i] is not JsonObject owner)
            {
                continue;
            }

            var ownerPath = FieldPath.Item(path, i);
            var apiVersion = Text(owner, "apiVersion");
            if (apiVersion.Length == 0 || apiVersion.EndsWith('/'))
            {
                errors.Add(FieldError.Invalid(FieldPath.Child(ownerPath, "apiVersion"), apiVersion, "version must not be empty"));
            }

            foreach (var field in (ReadOnlySpan<string>)["kind", "name", "uid"])
            {
                if (Text(owner, field).Length == 0)
                {
                    errors.Add(FieldError.Invalid(FieldPath.Child(ownerPath, field), "", "must not be empty"));
                }
            }

            if (JsonValues.KindOf(owner["controller"]) == JsonKind.Boolean && JsonValues.BooleanOf(owner["controller"]))
            {
                if (controller is not null)
                {
                    errors.Add(FieldError.Invalid(path, owners,
                        $"Only one reference can have Controller set to true. Found \"true\" in references for {controller} and {Text(owner, "name")}"));
                }

                controller = Text(owner, "name");
            }
        }
    }

    private static void CheckFinalizers(JsonArray? finalizers, string path, List<FieldError> errors)
    {
        var names = (finalizers ?? []).Where(name => JsonValues.KindOf(name) == JsonKind.String).Select(JsonValues.StringOf).ToList();
        errors.AddRange(names.SelectMany(name => ObjectNames.QualifiedName(name).Select(detail => FieldError.Invalid(path, name, detail))));
        if (names.Contains("orphan") && names.Contains("foregroundDeletion"))
        {
            errors.Add(FieldError.Invalid(path, finalizers, "finalizer orphan and foregroundDeletion cannot be both set"));
        }
    }

    private static string Text(JsonObject map, string key) => JsonValues.TryGetString(map[key], out var text) ? text : "";
}
