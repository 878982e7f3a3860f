using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>Roles, of a namespace or of the cluster.</summary>
internal sealed class RoleStrategy(bool cluster) : BuiltInStrategy("rbac", cluster ? "ClusterRole" : "Role")
{
    public override void Validate(JsonObject obj, ICollection<FieldError> errors)
    {
        var i = 0;
        foreach (var rule in obj.Objects("rules")) Rule(rule, $"rules[{i++}]", errors);
        if (!cluster || obj.Object("aggregationRule") is not { } aggregation) return;
        if (!aggregation.Objects("clusterRoleSelectors").Any())
            errors.Add(FieldError.Required("aggregationRule.clusterRoleSelectors", "at least one clusterRoleSelector required if aggregationRule is non-nil"));
        i = 0;
        foreach (var selector in aggregation.Objects("clusterRoleSelectors"))
            LabelSelectorValidation.Validate(selector, $"aggregationRule.clusterRoleSelectors[{i++}]", errors);
    }

    private void Rule(JsonObject rule, string path, ICollection<FieldError> errors)
    {
        if (!rule.Texts("verbs").Any()) errors.Add(FieldError.Required($"{path}.verbs", "verbs must contain at least one value"));
        if (rule.Texts("nonResourceURLs").Any())
        {
            var urls = rule["nonResourceURLs"];
            if (!cluster) errors.Add(FieldError.Invalid($"{path}.nonResourceURLs", urls, "namespaced rules cannot apply to non-resource URLs"));
            if (rule.Texts("apiGroups").Any() || rule.Texts("resources").Any() || rule.Texts("resourceNames").Any())
                errors.Add(FieldError.Invalid($"{path}.nonResourceURLs", urls, "rules cannot apply to both regular resources and non-resource URLs"));
            return;
        }

        if (!rule.Texts("apiGroups").Any()) errors.Add(FieldError.Required($"{path}.apiGroups", "resource rules must supply at least one api group"));
        if (!rule.Texts("resources").Any()) errors.Add(FieldError.Required($"{path}.resources", "resource rules must supply at least one resource"));
    }
}

/// <summary>Role bindings, in a namespace or in the cluster.</summary>
internal sealed class RoleBindingStrategy(bool cluster) : BuiltInStrategy("rbac", cluster ? "ClusterRoleBinding" : "RoleBinding")
{
    private const string Group = "rbac.authorization.k8s.io";

    public override void Default(JsonObject obj)
    {
        base.Default(obj);
        foreach (var subject in obj.Objects("subjects"))
            if (subject.Text("kind") is "User" or "Group") subject.SetDefault("apiGroup", Group);
        Normalize(obj);
    }

    public override void Validate(JsonObject obj, ICollection<FieldError> errors)
    {
        var role = obj.Object("roleRef") ?? [];
        if (role.Text("apiGroup") != Group) errors.Add(FieldError.NotSupported("roleRef.apiGroup", role["apiGroup"], [Group]));
        string[] kinds = cluster ? ["ClusterRole"] : ["Role", "ClusterRole"];
        if (!kinds.Contains(role.Text("kind"))) errors.Add(FieldError.NotSupported("roleRef.kind", role["kind"], kinds));
        var name = role.Text("name");
        if (name.Length == 0) errors.Add(FieldError.Required("roleRef.name"));
        else ObjectMetaValidation.Add(errors, "roleRef.name", name, ObjectNames.PathSegment(name, prefix: false));
        var i = 0;
        foreach (var subject in obj.Objects("subjects")) Subject(subject, $"subjects[{i++}]", errors);
    }

    public override void ValidateUpdate(JsonObject obj, JsonObject old, ICollection<FieldError> errors)
    {
        if (JsonNode.DeepEquals(obj["roleRef"], old["roleRef"])) return;
        var role = obj.Object("roleRef") ?? [];

        // Shown with the names that the fields have inside the real server.
        var shown = new JsonObject { ["APIGroup"] = role.Text("apiGroup"), ["Kind"] = role.Text("kind"), ["Name"] = role.Text("name") };
        errors.Add(FieldError.Invalid("roleRef", shown, "cannot change roleRef"));
    }

    private void Subject(JsonObject subject, string path, ICollection<FieldError> errors)
    {
        var name = subject.Text("name");
        if (name.Length == 0) errors.Add(FieldError.Required($"{path}.name"));
        var group = subject.Text("apiGroup");
        switch (subject.Text("kind"))
        {
            case "ServiceAccount":
                if (name.Length > 0) ObjectMetaValidation.Add(errors, $"{path}.name", name, ObjectNames.Dns1123Subdomain(name));
                if (group.Length > 0) errors.Add(FieldError.NotSupported($"{path}.apiGroup", group, [""]));
                if (cluster && subject.Text("namespace").Length == 0) errors.Add(FieldError.Required($"{path}.namespace"));
                break;
            case "User" or "Group":
                if (group != Group) errors.Add(FieldError.NotSupported($"{path}.apiGroup", group, [Group]));
                break;
            default:
                errors.Add(FieldError.NotSupported($"{path}.kind", subject["kind"], ["ServiceAccount", "User", "Group"]));
                break;
        }
    }
}
