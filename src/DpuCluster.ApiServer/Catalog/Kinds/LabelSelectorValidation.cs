using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>What is asked of label selectors inside of objects, and whether labels meet one.</summary>
internal static class LabelSelectorValidation
{
    public static void Validate(JsonObject? selector, string path, ICollection<FieldError> errors)
    {
        if (selector is null) return;
        ObjectMetaValidation.Labels(selector.Object("matchLabels"), $"{path}.matchLabels", errors);
        var i = 0;
        foreach (var requirement in selector.Objects("matchExpressions"))
        {
            var at = $"{path}.matchExpressions[{i++}]";
            var values = requirement.Texts("values").ToList();
            switch (requirement.Text("operator"))
            {
                case "In" or "NotIn" when values.Count == 0:
                    errors.Add(FieldError.Required($"{at}.values", "must be specified when `operator` is 'In' or 'NotIn'"));
                    break;
                case "In" or "NotIn":
                    break;
                case "Exists" or "DoesNotExist":
                    if (values.Count > 0) errors.Add(FieldError.Forbidden($"{at}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
                    break;
                default:
                    errors.Add(FieldError.Invalid($"{at}.operator", requirement["operator"], "not a valid selector operator"));
                    break;
            }

            var key = requirement.Text("key");
            ObjectMetaValidation.Add(errors, $"{at}.key", key, ObjectNames.QualifiedName(key));
            for (var v = 0; v < values.Count; v++) ObjectMetaValidation.Add(errors, $"{at}.values[{v}]", values[v], ObjectNames.LabelValue(values[v]));
        }
    }

    public static bool IsEmpty(JsonObject? selector) =>
        selector?.Object("matchLabels") is not { Count: > 0 } && selector?.Objects("matchExpressions").Any() != true;

    /// <summary>Whether labels meet every requirement of the selector.</summary>
    public static bool Matches(JsonObject selector, JsonObject? labels) => Matches(selector, key => labels?[key].AsText());

    /// <summary>Whether labels as the storage keeps them meet every requirement of the selector.</summary>
    public static bool Matches(JsonObject selector, IReadOnlyDictionary<string, string>? labels) => Matches(selector, key => labels?.GetValueOrDefault(key));

    private static bool Matches(JsonObject selector, Func<string, string?> labelOf)
    {
        foreach (var (key, value) in selector.Object("matchLabels") ?? [])
            if (labelOf(key) is not { } label || label != value.AsText()) return false;
        foreach (var requirement in selector.Objects("matchExpressions"))
        {
            var label = labelOf(requirement.Text("key"));
            var met = requirement.Text("operator") switch
            {
                "In" => label is not null && requirement.Texts("values").Contains(label),
                "NotIn" => label is null || !requirement.Texts("values").Contains(label),
                "Exists" => label is not null,
                "DoesNotExist" => label is null,
                _ => false,
            };
            if (!met) return false;
        }

        return true;
    }
}
