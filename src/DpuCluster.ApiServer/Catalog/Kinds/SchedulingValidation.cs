using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>What is asked of the fields that say on which nodes a pod may run.</summary>
internal static class SchedulingValidation
{
    private static readonly string[] Effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

    /// <summary>Appends what is wrong with the taints that a pod bears.</summary>
    public static void Tolerations(JsonObject spec, string path, ICollection<FieldError> errors)
    {
        var i = 0;
        foreach (var toleration in spec.Objects("tolerations"))
        {
            var at = $"{path}.tolerations[{i++}]";
            var (key, mode, value, effect) = (toleration.Text("key"), toleration.Text("operator"), toleration.Text("value"), toleration.Text("effect"));
            if (key.Length > 0) ObjectMetaValidation.Add(errors, $"{at}.key", key, ObjectNames.QualifiedName(key));
            else if (mode != "Exists") errors.Add(FieldError.Invalid($"{at}.operator", mode, "operator must be Exists when `key` is empty, which means \"match all values and all keys\""));
            var seconds = toleration["tolerationSeconds"];
            if (seconds is not null && effect != "NoExecute") errors.Add(FieldError.Invalid($"{at}.effect", effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
            switch (mode)
            {
                case "Equal" or "":
                    if (string.Join(';', ObjectNames.LabelValue(value)) is { Length: > 0 } wrong) errors.Add(FieldError.Invalid($"{at}.operator", value, wrong));
                    break;
                case "Exists":
                    // Shown with the names that the fields have inside the real server.
                    if (value.Length > 0) errors.Add(FieldError.InvalidShown($"{at}.operator", Shown(toleration, "Key", "Operator", "Value", "Effect", "TolerationSeconds"), "value must be empty when `operator` is 'Exists'"));
                    break;
                default:
                    errors.Add(FieldError.NotSupported($"{at}.operator", mode, ["Equal", "Exists"]));
                    break;
            }

            if (effect.Length > 0) Effect(effect, $"{at}.effect", errors);
        }
    }

    /// <summary>Appends what is wrong with the taints of a node.</summary>
    public static void Taints(JsonObject spec, ICollection<FieldError> errors)
    {
        var used = new HashSet<(string, string)>();
        var i = 0;
        foreach (var taint in spec.Objects("taints"))
        {
            var at = $"spec.taints[{i++}]";
            var (key, value, effect) = (taint.Text("key"), taint.Text("value"), taint.Text("effect"));
            ObjectMetaValidation.Add(errors, $"{at}.key", key, ObjectNames.QualifiedName(key));
            if (string.Join(';', ObjectNames.LabelValue(value)) is { Length: > 0 } wrong) errors.Add(FieldError.Invalid($"{at}.value", value, wrong));
            if (effect.Length == 0) errors.Add(FieldError.Required($"{at}.effect"));
            else Effect(effect, $"{at}.effect", errors);
            if (!used.Add((key, effect)))
                errors.Add(new FieldError(FieldErrorType.Duplicate, at, $"Duplicate value: {Shown(taint, "Key", "Value", "Effect", "TimeAdded")}: taints must be unique by key and effect pair"));
        }
    }

    /// <summary>Appends what is wrong with what a pod is drawn to, and kept from.</summary>
    public static void Affinity(JsonObject spec, string path, ICollection<FieldError> errors)
    {
        var affinity = spec.Object("affinity") ?? [];
        const string Required = "requiredDuringSchedulingIgnoredDuringExecution", Preferred = "preferredDuringSchedulingIgnoredDuringExecution";
        if (affinity.Object("nodeAffinity") is { } nodes)
        {
            var at = $"{path}.affinity.nodeAffinity";
            if (nodes.Object(Required) is { } required)
            {
                if (!required.Objects("nodeSelectorTerms").Any()) errors.Add(FieldError.Required($"{at}.{Required}.nodeSelectorTerms", "must have at least one node selector term"));
                var i = 0;
                foreach (var term in required.Objects("nodeSelectorTerms")) NodeTerm(term, $"{at}.{Required}.nodeSelectorTerms[{i++}]", errors);
            }

            var p = 0;
            foreach (var preferred in nodes.Objects(Preferred))
            {
                Weight(preferred, $"{at}.{Preferred}[{p}]", errors);
                NodeTerm(preferred.Object("preference") ?? [], $"{at}.{Preferred}[{p++}].preference", errors);
            }
        }

        foreach (var field in (ReadOnlySpan<string>)["podAffinity", "podAntiAffinity"])
        {
            var at = $"{path}.affinity.{field}";
            var i = 0;
            foreach (var term in affinity.Object(field)?.Objects(Required) ?? []) PodTerm(term, $"{at}.{Required}[{i++}]", errors);
            i = 0;
            foreach (var preferred in affinity.Object(field)?.Objects(Preferred) ?? [])
            {
                Weight(preferred, $"{at}.{Preferred}[{i}]", errors);
                PodTerm(preferred.Object("podAffinityTerm") ?? [], $"{at}.{Preferred}[{i++}].podAffinityTerm", errors);
            }
        }
    }

    /// <summary>Appends what is wrong with how pods are to be spread.</summary>
    public static void Spreading(JsonObject spec, string path, ICollection<FieldError> errors)
    {
        var used = new HashSet<(string, string)>();
        var i = 0;
        foreach (var constraint in spec.Objects("topologySpreadConstraints"))
        {
            var at = $"{path}.topologySpreadConstraints[{i++}]";
            var (key, otherwise) = (constraint.Text("topologyKey"), constraint.Text("whenUnsatisfiable"));
            if ((constraint.Whole("maxSkew") ?? 0) is <= 0 and var skew) errors.Add(FieldError.Invalid($"{at}.maxSkew", skew, "must be greater than zero"));
            if (key.Length == 0) errors.Add(FieldError.Required($"{at}.topologyKey", "can not be empty"));
            else ObjectMetaValidation.Add(errors, $"{at}.topologyKey", key, ObjectNames.QualifiedName(key));
            if (otherwise is not ("DoNotSchedule" or "ScheduleAnyway")) errors.Add(FieldError.NotSupported($"{at}.whenUnsatisfiable", otherwise, ["DoNotSchedule", "ScheduleAnyway"]));
            if (!used.Add((key, otherwise))) errors.Add(FieldError.Duplicate($"{at}.{{topologyKey, whenUnsatisfiable}}", $"{{{key}, {otherwise}}}"));
            LabelSelectorValidation.Validate(constraint.Object("labelSelector"), $"{at}.labelSelector", errors);
        }
    }

    private static void Effect(string effect, string path, ICollection<FieldError> errors)
    {
        if (!Effects.Contains(effect)) errors.Add(FieldError.NotSupported(path, effect, Effects));
    }

    private static void Weight(JsonObject preferred, string path, ICollection<FieldError> errors)
    {
        if ((preferred.Whole("weight") ?? 0) is (<= 0 or > 100) and var weight) errors.Add(FieldError.Invalid($"{path}.weight", weight, "must be in the range 1-100"));
    }

    private static void PodTerm(JsonObject term, string path, ICollection<FieldError> errors)
    {
        LabelSelectorValidation.Validate(term.Object("labelSelector"), $"{path}.labelSelector", errors);
        LabelSelectorValidation.Validate(term.Object("namespaceSelector"), $"{path}.namespaceSelector", errors);
        foreach (var name in term.Texts("namespaces")) ObjectMetaValidation.Add(errors, $"{path}.namespace", name, ObjectNames.Dns1123Label(name));
        var key = term.Text("topologyKey");
        if (key.Length == 0) errors.Add(FieldError.Required($"{path}.topologyKey", "can not be empty"));
        ObjectMetaValidation.Add(errors, $"{path}.topologyKey", key, ObjectNames.QualifiedName(key));
    }

    private static void NodeTerm(JsonObject term, string path, ICollection<FieldError> errors)
    {
        var i = 0;
        foreach (var requirement in term.Objects("matchExpressions"))
        {
            var at = $"{path}.matchExpressions[{i++}]";
            var values = requirement.Texts("values").ToList();
            switch (requirement.Text("operator"))
            {
                case "In" or "NotIn":
                    if (values.Count == 0) errors.Add(FieldError.Required($"{at}.values", "must be specified when `operator` is 'In' or 'NotIn'"));
                    break;
                case "Exists" or "DoesNotExist":
                    if (values.Count > 0) errors.Add(FieldError.Forbidden($"{at}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
                    break;
                case "Gt" or "Lt":
                    if (values.Count != 1) errors.Add(FieldError.Required($"{at}.values", "must be specified single value when `operator` is 'Lt' or 'Gt'"));
                    break;
                default:
                    errors.Add(FieldError.Invalid($"{at}.operator", requirement.Text("operator"), "not a valid selector operator"));
                    break;
            }

            var key = requirement.Text("key");
            ObjectMetaValidation.Add(errors, $"{at}.key", key, ObjectNames.QualifiedName(key));
            for (var v = 0; v < values.Count; v++) ObjectMetaValidation.Add(errors, $"{at}.values[{v}]", values[v], ObjectNames.LabelValue(values[v]));
        }
    }

    private static string Shown(JsonObject obj, params ReadOnlySpan<string> fields)
    {
        var shown = new JsonObject();
        foreach (var field in fields)
        {
            var value = obj[char.ToLowerInvariant(field[0]) + field[1..]]?.DeepClone();
            shown[field] = value ?? (field is "TolerationSeconds" or "TimeAdded" ? null : "");
        }

        return shown.ToJsonString();
    }
}
