using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.CustomResources;

/// <summary>The names in a CustomResourceDefinition: of its group, its resource, its kind.</summary>
internal static class CrdNameRules
{
    private const string ApprovalAnnotation = "api-approved.kubernetes.io";
    private const string ApprovalLink = "see https://github.com/kubernetes/enhancements/pull/1111";

    public static void CheckGroup(string group, List<FieldError> errors)
    {
        if (group.Length == 0)
        {
            errors.Add(FieldError.Required("spec.group"));
        }
        else if (ObjectNames.Dns1123Subdomain(group).ToList() is { Count: > 0 } wrong)
        {
            errors.Add(FieldError.Invalid("spec.group", group, string.Join(',', wrong)));
        }
        else if (!group.Contains('.', StringComparison.Ordinal))
        {
            errors.Add(FieldError.Invalid("spec.group", group, "should be a domain with at least one dot"));
        }
    }

    public static void CheckLabel(string name, string path, ICollection<FieldError> errors, string before = "")
    {
        if (ObjectNames.Dns1035Label(before.Length == 0 ? name : name.ToLowerInvariant()).ToList() is { Count: > 0 } wrong)
        {
            errors.Add(FieldError.Invalid(path, name, before + string.Join(',', wrong)));
        }
    }

    public static void CheckRequired(JsonObject names, List<FieldError> errors)
    {
        foreach (var field in (ReadOnlySpan<string>)["plural", "singular", "kind", "listKind"])
        {
            if (names.Text(field).Length == 0)
            {
                errors.Add(FieldError.Required($"spec.names.{field}"));
            }
        }
    }

    /// <summary>The form of the names that are there.</summary>
    public static void Check(JsonObject names, string path, List<FieldError> errors)
    {
        const string mixedCase = "may have mixed case, but should otherwise match: ";
        foreach (var (field, before) in (ReadOnlySpan<(string, string)>)[("plural", ""), ("singular", ""), ("kind", mixedCase), ("listKind", mixedCase)])
        {
            if (names.Text(field).Length > 0)
            {
                CheckLabel(names.Text(field), FieldPath.Child(path, field), errors, before);
            }
        }

        CheckAll("shortNames");
        if (names.Text("kind").Length > 0 && names.Text("kind") == names.Text("listKind"))
        {
            errors.Add(FieldError.Invalid(FieldPath.Child(path, "listKind"), names.Text("listKind"), "kind and listKind may not be the same"));
        }

        CheckAll("categories");

        void CheckAll(string field)
        {
            var values = names.Texts(field);
            for (var i = 0; i < values.Count; i++)
            {
                CheckLabel(values[i], FieldPath.Item(FieldPath.Child(path, field), i), errors);
            }
        }
    }

    /// <summary>Groups of the Kubernetes project are only for what was reviewed there.</summary>
    public static void CheckApproval(JsonObject crd, JsonObject? oldCrd, List<FieldError> errors)
    {
        var group = crd.Map("spec")?.Text("group") ?? "";
        if (!IsProtected(group) || (oldCrd is not null && Approval(oldCrd) == Approval(crd)))
        {
            return;
        }

        var path = FieldPath.Key("metadata.annotations", ApprovalAnnotation);
        var approval = Approval(crd);
        if (approval.Length == 0)
        {
            errors.Add(FieldError.Required(path, $"protected groups must have approval annotation {GoText.Quote(ApprovalAnnotation)}, {ApprovalLink}"));
        }
        else if (!approval.StartsWith("unapproved", StringComparison.Ordinal) &&
            !(Uri.TryCreate(approval, UriKind.Absolute, out var url) && url.Host.Length > 0))
        {
            errors.Add(FieldError.Invalid(path, approval,
                $"protected groups must have approval annotation {GoText.Quote(ApprovalAnnotation)} with either a URL or a reason starting with \"unapproved\", {ApprovalLink}"));
        }
    }

    private static bool IsProtected(string group) =>
        group is "k8s.io" or "kubernetes.io" || group.EndsWith(".k8s.io", StringComparison.Ordinal) || group.EndsWith(".kubernetes.io", StringComparison.Ordinal);

    private static string Approval(JsonObject crd) => crd.Map("metadata")?.Map("annotations")?.Text(ApprovalAnnotation) ?? "";
}
