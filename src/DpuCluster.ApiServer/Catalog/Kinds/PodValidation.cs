using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog.Types;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>What is asked of pod specs.</summary>
internal static class PodValidation
{
    public static void Spec(JsonObject spec, string path, ICollection<FieldError> errors)
    {
        var volumes = Volumes(spec, path, errors);
        var names = new HashSet<string>();
        if (!spec.Objects("containers").Any()) errors.Add(FieldError.Required($"{path}.containers"));
        foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers", "ephemeralContainers"])
        {
            var i = 0;
            foreach (var container in spec.Objects(list))
            {
                var at = $"{path}.{list}[{i++}]";
                Name(container, at, names, errors);
                ContainerValidation.Validate(container, at, volumes, errors);
            }
        }

        Supported(spec, path, "restartPolicy", ["Always", "OnFailure", "Never"], errors);
        Supported(spec, path, "dnsPolicy", ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"], errors);
        ObjectMetaValidation.Labels(spec.Object("nodeSelector"), $"{path}.nodeSelector", errors);
        foreach (var field in (ReadOnlySpan<string>)["serviceAccountName", "nodeName"])
            if (spec.Text(field) is { Length: > 0 } name) ObjectMetaValidation.Add(errors, $"{path}.{field}", name, ObjectNames.Dns1123Subdomain(name));
        foreach (var field in (ReadOnlySpan<string>)["hostname", "subdomain"])
            if (spec.Text(field) is { Length: > 0 } name) ObjectMetaValidation.Add(errors, $"{path}.{field}", name, ObjectNames.Dns1123Label(name));
        if (spec.Whole("activeDeadlineSeconds") is { } deadline and (< 1 or > int.MaxValue))
            errors.Add(FieldError.Invalid($"{path}.activeDeadlineSeconds", deadline, $"must be between 1 and {int.MaxValue}, inclusive"));
        NotNegative(spec, path, "terminationGracePeriodSeconds", errors);
    }

    public static void Supported(JsonObject obj, string path, string field, string[] values, ICollection<FieldError> errors)
    {
        var value = obj.Text(field);
        if (value.Length > 0 && !values.Contains(value)) errors.Add(FieldError.NotSupported($"{path}.{field}", value, values.Order(StringComparer.Ordinal)));
    }

    public static void NotNegative(JsonObject obj, string path, string field, ICollection<FieldError> errors)
    {
        if (obj.Whole(field) is < 0 and var value) errors.Add(FieldError.Invalid($"{path}.{field}", value, "must be greater than or equal to 0"));
    }

    /// <summary>Requests must not be above limits, and neither below nothing.</summary>
    public static void Resources(JsonObject? resources, string path, ICollection<FieldError> errors)
    {
        foreach (var field in (ReadOnlySpan<string>)["limits", "requests"])
        {
            foreach (var (name, amount) in resources?.Object(field) ?? [])
            {
                if (amount is null || Quantity.Parse(amount) is not { } quantity) continue;
                if (quantity.Nanos.Sign < 0) errors.Add(FieldError.Invalid($"{path}.{field}[{name}]", quantity.ToString(), "must be greater than or equal to 0"));
                if (field == "requests" && resources!.At("limits", name) is { } limit && Quantity.Parse(limit) is { } most && quantity.Nanos > most.Nanos)
                    errors.Add(FieldError.Invalid($"{path}.requests", quantity.ToString(), $"must be less than or equal to {name} limit of {most}"));
            }
        }
    }

    private static void Name(JsonObject container, string path, HashSet<string> names, ICollection<FieldError> errors)
    {
        var name = container.Text("name");
        if (name.Length == 0)
        {
            errors.Add(FieldError.Required($"{path}.name"));
            return;
        }

        ObjectMetaValidation.Add(errors, $"{path}.name", name, ObjectNames.Dns1123Label(name));
        if (!names.Add(name)) errors.Add(FieldError.Duplicate($"{path}.name", name));
    }

    private static HashSet<string> Volumes(JsonObject spec, string path, ICollection<FieldError> errors)
    {
        var names = new HashSet<string>();
        var i = 0;
        foreach (var volume in spec.Objects("volumes"))
        {
            var at = $"{path}.volumes[{i++}]";
            var name = volume.Text("name");
            if (name.Length == 0)
            {
                errors.Add(FieldError.Required($"{at}.name"));
            }
            else
            {
                ObjectMetaValidation.Add(errors, $"{at}.name", name, ObjectNames.Dns1123Label(name));
                if (!names.Add(name)) errors.Add(FieldError.Duplicate($"{at}.name", name));
            }

            var sources = volume.Select(p => p.Key).Where(k => k != "name").ToList();
            if (sources.Count == 0) errors.Add(FieldError.Required(at, "must specify a volume type"));
            foreach (var more in sources.Skip(1)) errors.Add(FieldError.Forbidden($"{at}.{more}", "may not specify more than 1 volume type"));
            foreach (var (source, field) in (ReadOnlySpan<(string, string)>)[("hostPath", "path"), ("secret", "secretName"), ("configMap", "name"), ("persistentVolumeClaim", "claimName")])
                if (volume.Object(source) is { } given && given.Text(field).Length == 0) errors.Add(FieldError.Required($"{at}.{source}.{field}"));
        }

        return names;
    }
}
