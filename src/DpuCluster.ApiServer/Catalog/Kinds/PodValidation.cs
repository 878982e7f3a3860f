using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog.Types;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>What is asked of pod specs.</summary>
internal static class PodValidation
{
    /// <summary>Appends what is wrong with a spec.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="errors">Takes the errors.</param>
    /// <param name="isTemplate">Whether pods are still to be made of it: what they get by themselves may be left open.</param>
    public static void Spec(JsonObject spec, string path, ICollection<FieldError> errors, bool isTemplate = false)
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

        HostPorts(spec, path, errors, isTemplate);
        Supported(spec, path, "restartPolicy", ["Always", "OnFailure", "Never"], errors);
        Supported(spec, path, "dnsPolicy", ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"], errors);
        ObjectMetaValidation.Labels(spec.Object("nodeSelector"), $"{path}.nodeSelector", errors);
        PodSecurityValidation.Pod(spec, path, errors);
        SchedulingValidation.Affinity(spec, path, errors);
        NameServers(spec, path, errors);
        SchedulingValidation.Spreading(spec, path, errors);
        foreach (var field in (ReadOnlySpan<string>)["serviceAccountName", "nodeName"])
            if (spec.Text(field) is { Length: > 0 } name) ObjectMetaValidation.Add(errors, $"{path}.{field}", name, ObjectNames.Dns1123Subdomain(name));
        if (spec.Whole("activeDeadlineSeconds") is { } deadline and (< 1 or > int.MaxValue))
            errors.Add(FieldError.Invalid($"{path}.activeDeadlineSeconds", deadline, $"must be between 1 and {int.MaxValue}, inclusive"));
        foreach (var field in (ReadOnlySpan<string>)["hostname", "subdomain"])
            if (spec.Text(field) is { Length: > 0 } name) ObjectMetaValidation.Add(errors, $"{path}.{field}", name, ObjectNames.Dns1123Label(name));
        SchedulingValidation.Tolerations(spec, path, errors);
        HostAliases(spec, path, errors);
        if (spec.Text("priorityClassName") is { Length: > 0 } priority)
            ObjectMetaValidation.Add(errors, $"{path}.priorityClassName", priority, ObjectNames.Dns1123Subdomain(priority));
    }

    private static void HostPorts(JsonObject spec, string path, ICollection<FieldError> errors, bool isTemplate)
    {
        if (!spec["hostNetwork"].IsTrue()) return;
        foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers"])
        {
            var i = 0;
            foreach (var container in spec.Objects(list))
            {
                var ports = container.Objects("ports").ToList();
                for (var p = 0; p < ports.Count; p++)
                {
                    var host = ports[p].Whole("hostPort") ?? 0;
                    if ((!isTemplate || host != 0) && host != (ports[p].Whole("containerPort") ?? 0))
                        errors.Add(FieldError.Invalid($"{path}.{list}[{i}].ports[{p}].hostPort", host, "must match `containerPort` when `hostNetwork` is true"));
                }

                i++;
            }
        }
    }

    private static void NameServers(JsonObject spec, string path, ICollection<FieldError> errors)
    {
        if (spec.Text("dnsPolicy") != "None") return;
        if (spec.Object("dnsConfig") is not { } config) errors.Add(FieldError.Required($"{path}.dnsConfig", "must provide `dnsConfig` when `dnsPolicy` is None"));
        else if (!config.Texts("nameservers").Any()) errors.Add(FieldError.Required($"{path}.dnsConfig.nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None"));
    }

    private static void HostAliases(JsonObject spec, string path, ICollection<FieldError> errors)
    {
        var i = 0;
        foreach (var alias in spec.Objects("hostAliases"))
        {
            var at = $"{path}.hostAliases[{i++}]";
            if (!System.Net.IPAddress.TryParse(alias.Text("ip"), out _)) errors.Add(FieldError.Invalid($"{at}.ip", alias.Text("ip"), EndpointAddressRules.Unreadable));
            var names = alias.Texts("hostnames").ToList();
            for (var n = 0; n < names.Count; n++) ObjectMetaValidation.Add(errors, $"{at}.hostnames[{n}]", names[n], ObjectNames.Dns1123Subdomain(names[n]));
        }
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
                ResourceName(name, $"{path}.{field}[{name}]", errors);
                if (amount is null || Quantity.Parse(amount) is not { } quantity) continue;
                if (quantity.Nanos.Sign < 0) errors.Add(FieldError.Invalid($"{path}.{field}[{name}]", quantity.ToString(), "must be greater than or equal to 0"));
                if (field == "requests" && resources!.At("limits", name) is { } limit && Quantity.Parse(limit) is { } most && quantity.Nanos > most.Nanos)
                    errors.Add(FieldError.Invalid($"{path}.requests", quantity.ToString(), $"must be less than or equal to {name} limit of {most}"));
            }
        }
    }

    /// <summary>Appends what is wrong with the name of something of which a container gets an amount.</summary>
    private static void ResourceName(string name, string path, ICollection<FieldError> errors)
    {
        var wrong = ObjectNames.QualifiedName(name).ToList();
        ObjectMetaValidation.Add(errors, path, name, wrong);
        if (name.Contains('/', StringComparison.Ordinal))
        {
            var isNative = name.Contains("kubernetes.io/", StringComparison.Ordinal);
            if (!isNative && (name.StartsWith("requests.", StringComparison.Ordinal) || wrong.Count > 0))
                errors.Add(FieldError.Invalid(path, name, "doesn't follow extended resource name standard"));
            return;
        }

        if (name is "cpu" or "memory" or "ephemeral-storage" || name.StartsWith("hugepages-", StringComparison.Ordinal)) return;
        if (wrong.Count == 0 && !IsStandard(name)) errors.Add(FieldError.Invalid(path, name, "must be a standard resource type or fully qualified"));
        errors.Add(FieldError.Invalid(path, name, "must be a standard resource for containers"));
    }

    /// <summary>Whether it is something of which a namespace or a volume has an amount, though no container.</summary>
    private static bool IsStandard(string name) => name is
        "storage" or "requests.cpu" or "requests.memory" or "requests.ephemeral-storage" or "limits.cpu" or "limits.memory" or "limits.ephemeral-storage"
        or "pods" or "resourcequotas" or "services" or "replicationcontrollers" or "secrets" or "configmaps" or "persistentvolumeclaims"
        or "requests.storage" or "services.nodeports" or "services.loadbalancers";

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
