using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Admission;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>Webhook configurations, mutating and validating.</summary>
internal sealed class WebhookConfigurationStrategy(string kind) : BuiltInStrategy("admissionregistration", kind)
{
    private const long MostConditions = 64;

    private static readonly string[] Operations = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];

    public override void Validate(JsonObject obj, ICollection<FieldError> errors)
    {
        var names = new HashSet<string>();
        var i = 0;
        foreach (var hook in obj.Objects("webhooks"))
        {
            var path = $"webhooks[{i++}]";
            var name = hook.Text("name");
            Name(name, $"{path}.name", errors);
            Rules(hook, path, errors);
            OneOf(hook, path, "failurePolicy", ["Fail", "Ignore"], errors);
            OneOf(hook, path, "matchPolicy", ["Equivalent", "Exact"], errors);
            if (hook["sideEffects"] is null) errors.Add(FieldError.Required($"{path}.sideEffects", "must specify one of None, NoneOnDryRun"));
            else OneOf(hook, path, "sideEffects", ["None", "NoneOnDryRun"], errors);
            if (hook.Whole("timeoutSeconds") is { } seconds and (< 1 or > 30))
                errors.Add(FieldError.Invalid($"{path}.timeoutSeconds", seconds, "the timeout value must be between 1 and 30 seconds"));
            LabelSelectorValidation.Validate(hook.Object("namespaceSelector"), $"{path}.namespaceSelector", errors);
            LabelSelectorValidation.Validate(hook.Object("objectSelector"), $"{path}.objectSelector", errors);
            OneOf(hook, path, "reinvocationPolicy", ["IfNeeded", "Never"], errors);
            WebhookClientRules.Check(hook.Object("clientConfig") ?? [], $"{path}.clientConfig", errors);
            Conditions([.. hook.Objects("matchConditions")], $"{path}.matchConditions", errors);
            WebhookClientRules.CheckReviewVersions([.. hook.Texts("admissionReviewVersions")], $"{path}.admissionReviewVersions", "must specify one of v1, v1beta1", errors);
            if (name.Length > 0 && !names.Add(name)) errors.Add(FieldError.Duplicate($"{path}.name", name));
        }
    }

    private static void Name(string name, string path, ICollection<FieldError> errors)
    {
        if (name.Length == 0) errors.Add(FieldError.Required(path));
        else if (ObjectNames.Dns1123Subdomain(name).ToList() is { Count: > 0 } wrong) errors.Add(FieldError.Invalid(path, name, string.Join(',', wrong)));
        else if (name.Split('.').Length < 3) errors.Add(FieldError.Invalid(path, name, "should be a domain with at least three segments separated by dots"));
    }

    private static void Rules(JsonObject hook, string path, ICollection<FieldError> errors)
    {
        var i = 0;
        foreach (var rule in hook.Objects("rules"))
        {
            var at = $"{path}.rules[{i++}]";
            List(rule, at, "operations", "if '*' is present, must not specify other operations", errors);
            var o = 0;
            foreach (var operation in rule.Texts("operations"))
            {
                if (!Operations.Contains(operation)) errors.Add(FieldError.NotSupported($"{at}.operations[{o}]", operation, Operations));
                o++;
            }

            List(rule, at, "apiGroups", "if '*' is present, must not specify other API groups", errors);
            List(rule, at, "apiVersions", "if '*' is present, must not specify other API versions", errors);
            var versions = rule.Texts("apiVersions").ToList();
            for (var v = 0; v < versions.Count; v++)
                if (versions[v].Length == 0) errors.Add(FieldError.Required($"{at}.apiVersions[{v}]"));
            Resources([.. rule.Texts("resources")], rule["resources"], $"{at}.resources", errors);
            OneOf(rule, at, "scope", ["*", "Cluster", "Namespaced"], errors);
        }
    }

    private static void List(JsonObject rule, string at, string field, string wildcardIsAll, ICollection<FieldError> errors)
    {
        var values = rule.Texts(field).ToList();
        if (values.Count == 0) errors.Add(FieldError.Required($"{at}.{field}"));
        if (values.Count > 1 && values.Contains("*")) errors.Add(FieldError.Invalid($"{at}.{field}", rule[field], wildcardIsAll));
    }

    private static void Resources(List<string> resources, JsonNode? shown, string at, ICollection<FieldError> errors)
    {
        if (resources.Count == 0) errors.Add(FieldError.Required(at));
        var ofResource = new HashSet<string>();
        var ofSubresource = new HashSet<string>();
        var plain = false;
        for (var i = 0; i < resources.Count; i++)
        {
            var resource = resources[i];
            if (resource.Length == 0)
            {
                errors.Add(FieldError.Required($"{at}[{i}]"));
                continue;
            }

            var slash = resource.IndexOf('/', StringComparison.Ordinal);
            if (slash < 0)
            {
                plain = resource != "*";
                continue;
            }

            var (name, sub) = (resource[..slash], resource[(slash + 1)..]);
            if (ofResource.Contains(name)) errors.Add(FieldError.Invalid($"{at}[{i}]", resource, $"if '{name}/*' is present, must not specify {resource}"));
            if (ofSubresource.Contains(sub)) errors.Add(FieldError.Invalid($"{at}[{i}]", resource, $"if '*/{sub}' is present, must not specify {resource}"));
            if (sub == "*") ofResource.Add(name);
            if (name == "*") ofSubresource.Add(sub);
        }

        if (resources.Count > 1 && resources.Contains("*/*")) errors.Add(FieldError.Invalid(at, shown, "if '*/*' is present, must not specify other resources"));
        if (resources.Contains("*") && plain)
            errors.Add(FieldError.Invalid(at, shown, "if '*' is present, must not specify other resources without subresources"));
    }

    private static void Conditions(List<JsonObject> conditions, string path, ICollection<FieldError> errors)
    {
        if (conditions.Count > MostConditions) errors.Add(FieldError.TooMany(path, conditions.Count, MostConditions));
        var names = new HashSet<string>();
        for (var i = 0; i < conditions.Count; i++)
        {
            var (name, expression) = (conditions[i].Text("name"), conditions[i].Text("expression"));
            if (string.IsNullOrWhiteSpace(expression)) errors.Add(FieldError.Required($"{path}[{i}].expression"));
            else if (MatchConditions.Error(expression) is { } error) errors.Add(FieldError.Invalid($"{path}[{i}].expression", expression, error));
            if (name.Length == 0) errors.Add(FieldError.Required($"{path}[{i}].name"));
            else ObjectMetaValidation.Add(errors, $"{path}[{i}].name", name, ObjectNames.QualifiedName(name));
            if (name.Length > 0 && !names.Add(name)) errors.Add(FieldError.Duplicate($"{path}[{i}].name", name));
        }
    }

    private static void OneOf(JsonObject obj, string path, string field, string[] values, ICollection<FieldError> errors)
    {
        if (obj[field].AsText() is { } value && !values.Contains(value)) errors.Add(FieldError.NotSupported($"{path}.{field}", value, values));
    }
}
