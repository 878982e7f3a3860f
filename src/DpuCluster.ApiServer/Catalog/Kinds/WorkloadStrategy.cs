using System.Globalization;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>What makes pods from a template: deployments, daemon sets, replica sets.</summary>
/// <param name="kind">The kind.</param>
/// <param name="strategyField">Field of the update strategy; null when there is none.</param>
/// <param name="otherStrategy">The strategy that is not RollingUpdate.</param>
internal sealed class WorkloadStrategy(string kind, string? strategyField, string otherStrategy = "")
    : BuiltInStrategy("apps", kind, hasStatus: true)
{
    private readonly string _kind = kind;
    private readonly bool _isDaemonSet = kind == "DaemonSet";
    private readonly bool _isDeployment = kind == "Deployment";

    public override void Default(JsonObject obj)
    {
        base.Default(obj);
        var spec = obj.Ensure("spec");
        PodDefaults.Spec(spec.Object("template")?.Object("spec"));
        if (strategyField is not null && spec.Object(strategyField) is { } strategy && strategy.Text("type") == "RollingUpdate") strategy.Ensure("rollingUpdate");

        // Once more: a rolling update that was just made has defaults of its own.
        base.Default(obj);
    }

    public override void Validate(JsonObject obj, ICollection<FieldError> errors)
    {
        var spec = obj.Object("spec") ?? [];
        PodValidation.NotNegative(spec, "spec", "replicas", errors);

        // A replica set is looked at in another order than the others.
        if (_kind == "ReplicaSet") PodValidation.NotNegative(spec, "spec", "minReadySeconds", errors);
        var selector = spec.Object("selector");
        var template = spec.Object("template") ?? [];
        if (selector is not null) LabelSelectorValidation.Validate(selector, "spec.selector", errors);
        else if (!_isDaemonSet) errors.Add(FieldError.Required("spec.selector"));
        if (_isDaemonSet) TemplateLabels(template, selector, errors);
        if (selector is not null && LabelSelectorValidation.IsEmpty(selector))
            errors.Add(FieldError.InvalidStructure("spec.selector", selector, $"empty selector is invalid for {(_isDaemonSet ? "daemonset" : "deployment")}"));
        if (!_isDaemonSet) TemplateLabels(template, selector, errors);
        Template(template, errors);
        if (_isDaemonSet) PodValidation.NotNegative(spec, "spec", "minReadySeconds", errors);
        if (strategyField is not null) UpdateStrategy(spec.Object(strategyField) ?? [], $"spec.{strategyField}", errors);
        if (_isDeployment) PodValidation.NotNegative(spec, "spec", "minReadySeconds", errors);
        PodValidation.NotNegative(spec, "spec", "revisionHistoryLimit", errors);
        PodValidation.NotNegative(spec, "spec", "progressDeadlineSeconds", errors);
        if (spec.Whole("progressDeadlineSeconds") is { } deadline && deadline <= (spec.Whole("minReadySeconds") ?? 0))
            errors.Add(FieldError.Invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds"));
    }

    public override void ValidateStatusUpdate(JsonObject obj, JsonObject old, ICollection<FieldError> errors) => WorkloadStatusValidation.Validate(_kind, obj, old, errors);

    public override void ValidateUpdate(JsonObject obj, JsonObject old, ICollection<FieldError> errors)
    {
        if (!JsonNode.DeepEquals(obj.At("spec", "selector"), old.At("spec", "selector")))
            errors.Add(FieldError.InvalidStructure("spec.selector", obj.At("spec", "selector"), "field is immutable"));
    }

    private static void TemplateLabels(JsonObject template, JsonObject? selector, ICollection<FieldError> errors)
    {
        var labels = template.Object("metadata")?.Object("labels");

        // No selector selects nothing, an empty one everything.
        if (selector is null || (!LabelSelectorValidation.IsEmpty(selector) && !LabelSelectorValidation.Matches(selector, labels)))
            errors.Add(FieldError.Invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"));
    }

    private void Template(JsonObject template, ICollection<FieldError> errors)
    {
        ObjectMetaValidation.Labels(template.Object("metadata")?.Object("labels"), "spec.template.labels", errors);
        var spec = template.Object("spec") ?? [];
        PodValidation.Spec(spec, "spec.template.spec", errors, isTemplate: true);
        if (spec.Text("restartPolicy") is { Length: > 0 } policy and not "Always")
            errors.Add(FieldError.NotSupported("spec.template.spec.restartPolicy", policy, ["Always"]));
        if (spec["activeDeadlineSeconds"] is not null)
            errors.Add(FieldError.Forbidden("spec.template.spec.activeDeadlineSeconds", $"activeDeadlineSeconds in {(_isDaemonSet ? "DaemonSet" : "ReplicaSet")} is not Supported"));
    }

    private void UpdateStrategy(JsonObject strategy, string path, ICollection<FieldError> errors)
    {
        var rolling = strategy.Object("rollingUpdate");
        switch (strategy.Text("type"))
        {
            case "RollingUpdate":
                RollingUpdate(rolling?["maxUnavailable"], rolling?["maxSurge"], $"{path}.rollingUpdate", errors);
                break;
            case var type when type == otherStrategy:
                if (rolling is not null && _isDeployment)
                    errors.Add(FieldError.Forbidden($"{path}.rollingUpdate", $"may not be specified when strategy `type` is '{type}'"));
                break;
            default:
                // Shown with the names that the fields have inside the real server.
                var shown = new JsonObject
                {
                    ["Type"] = strategy.Text("type"),
                    ["RollingUpdate"] = rolling is null ? null : new JsonObject { ["MaxUnavailable"] = Shown(rolling["maxUnavailable"]), ["MaxSurge"] = Shown(rolling["maxSurge"]) },
                };
                errors.Add(FieldError.NotSupportedShown(path, shown.ToJsonString(), _isDaemonSet ? ["RollingUpdate", otherStrategy] : [otherStrategy, "RollingUpdate"]));
                break;
        }
    }

    private void RollingUpdate(JsonNode? unavailable, JsonNode? surge, string path, ICollection<FieldError> errors)
    {
        Amount(unavailable, $"{path}.maxUnavailable", errors);
        Amount(surge, $"{path}.maxSurge", errors);
        if (_isDaemonSet)
        {
            Share(unavailable, $"{path}.maxUnavailable", errors);
            Share(surge, $"{path}.maxSurge", errors);
            if (!IsZero(unavailable) && !IsZero(surge)) errors.Add(FieldError.Invalid($"{path}.maxSurge", surge, "may not be set when maxUnavailable is non-zero"));
            else if (IsZero(unavailable) && IsZero(surge)) errors.Add(FieldError.Required($"{path}.maxUnavailable", "cannot be 0 when maxSurge is 0"));
            return;
        }

        if (IsZero(unavailable) && IsZero(surge)) errors.Add(FieldError.Invalid($"{path}.maxUnavailable", unavailable, "may not be 0 when `maxSurge` is 0"));
        Share(unavailable, $"{path}.maxUnavailable", errors);
    }

    private static JsonNode Shown(JsonNode? amount) => amount?.DeepClone() ?? JsonValue.Create(0);

    private static void Amount(JsonNode? value, string path, ICollection<FieldError> errors)
    {
        if (value.AsText() is { } text) ObjectMetaValidation.Add(errors, path, text, ObjectNames.Percent(text));
        else if (value.AsWhole() is < 0 and var number) errors.Add(FieldError.Invalid(path, number, "must be greater than or equal to 0"));
    }

    private static void Share(JsonNode? value, string path, ICollection<FieldError> errors)
    {
        if (value.AsText() is { } text && !ObjectNames.Percent(text).Any() && System.Numerics.BigInteger.Parse(text[..^1], CultureInfo.InvariantCulture) > 100)
            errors.Add(FieldError.Invalid(path, text, "must not be greater than 100%"));
    }

    private static bool IsZero(JsonNode? value) => value is null || value.AsWhole() == 0 || (value.AsText() is [.. var digits, '%'] && digits.Trim('0').Length == 0);
}
