using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>Webhook configurations, mutating and validating.</summary>
internal sealed class WebhookConfigurationStrategy(string kind) : BuiltInStrategy("admissionregistration", kind)
{
    public override void Validate(JsonObject obj, ICollection<FieldError> errors)
    {
        var names = new HashSet<string>();
        var i = 0;
        foreach (var hook in obj.Objects("webhooks"))
        {
            var path = $"webhooks[{i++}]";
            var name = hook.Text("name");
            if (name.Length == 0) errors.Add(FieldError.Required($"{path}.name"));
            else if (name.Split('.').Length < 3) errors.Add(FieldError.Invalid($"{path}.name", name, "should be a domain with at least three segments separated by dots"));
            if (name.Length > 0 && !names.Add(name)) errors.Add(FieldError.Duplicate($"{path}.name", name));
            if (!hook.Texts("admissionReviewVersions").Any())
                errors.Add(FieldError.Required($"{path}.admissionReviewVersions", "must specify one of v1, v1beta1"));
            OneOf(hook, path, "failurePolicy", ["Fail", "Ignore"], errors);
            OneOf(hook, path, "matchPolicy", ["Equivalent", "Exact"], errors);
            if (hook["sideEffects"] is null) errors.Add(FieldError.Required($"{path}.sideEffects", "must specify one of None, NoneOnDryRun"));
            else OneOf(hook, path, "sideEffects", ["None", "NoneOnDryRun"], errors);
            if (hook.Whole("timeoutSeconds") is { } seconds and (< 1 or > 30))
                errors.Add(FieldError.Invalid($"{path}.timeoutSeconds", seconds, "the timeout value must be between 1 and 30 seconds"));
            LabelSelectorValidation.Validate(hook.Object("namespaceSelector"), $"{path}.namespaceSelector", errors);
            LabelSelectorValidation.Validate(hook.Object("objectSelector"), $"{path}.objectSelector", errors);
            var client = hook.Object("clientConfig") ?? [];
            if (client["url"] is null == client["service"] is null)
                errors.Add(FieldError.Required($"{path}.clientConfig", "exactly one of url or service is required"));
            Rules(hook, path, errors);
        }
    }

    private static void Rules(JsonObject hook, string path, ICollection<FieldError> errors)
    {
        var i = 0;
        foreach (var rule in hook.Objects("rules"))
        {
            var at = $"{path}.rules[{i++}]";
            foreach (var field in (ReadOnlySpan<string>)["operations", "apiGroups", "apiVersions", "resources"])
                if (!rule.Texts(field).Any()) errors.Add(FieldError.Required($"{at}.{field}"));
            OneOf(rule, at, "scope", ["*", "Cluster", "Namespaced"], errors);
        }
    }

    private static void OneOf(JsonObject obj, string path, string field, string[] values, ICollection<FieldError> errors)
    {
        if (obj[field].AsText() is { } value && !values.Contains(value)) errors.Add(FieldError.NotSupported($"{path}.{field}", value, values));
    }
}
