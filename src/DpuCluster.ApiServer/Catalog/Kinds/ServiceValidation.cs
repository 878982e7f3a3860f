using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>What is asked of services.</summary>
internal static class ServiceValidation
{
    private const string Policies = "spec.externalTrafficPolicy";

    public static void Validate(JsonObject obj, ICollection<FieldError> errors)
    {
        var spec = obj.Object("spec") ?? [];
        var type = spec.Text("type");
        var headless = spec.Text("clusterIP") == "None";

        // A real server looks at the addresses before it allocates them, which is before everything else.
        ServiceAddressRules.ClusterAddresses(spec, errors);
        if (errors.Count > 0) return;
        var ports = spec.Objects("ports").ToList();
        if (ports.Count == 0 && !headless && type != "ExternalName") errors.Add(FieldError.Required("spec.ports"));
        if (headless && (type is "NodePort" or "LoadBalancer"))
            errors.Add(FieldError.Invalid("spec.clusterIPs[0]", "None", $"may not be set to 'None' for {type} services"));
        if (type == "ExternalName") ExternalName(spec, errors);

        var names = new HashSet<string>();
        for (var i = 0; i < ports.Count; i++) Port(ports[i], $"spec.ports[{i}]", ports.Count > 1, names, errors);
        ObjectMetaValidation.Labels(spec.Object("selector"), "spec.selector", errors);
        OneOf(spec, "sessionAffinity", ["ClientIP", "None"], errors);
        Affinity(spec, errors);
        ServiceAddressRules.ExternalAddresses(spec, errors);
        OneOf(spec, "type", ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"], errors);
        NodePorts(type, ports, errors);
        Duplicates(ports, errors);
        ServiceAddressRules.SourceRanges(spec, errors);
        if (type != "LoadBalancer")
        {
            const string Only = "may only be used when `type` is 'LoadBalancer'";
            if (spec["allocateLoadBalancerNodePorts"] is not null) errors.Add(FieldError.Forbidden("spec.allocateLoadBalancerNodePorts", Only));
            if (spec["loadBalancerClass"] is not null) errors.Add(FieldError.Forbidden("spec.loadBalancerClass", Only));
        }
        else if (spec["loadBalancerClass"].AsText() is { } name)
        {
            ObjectMetaValidation.Add(errors, "spec.loadBalancerClass", name, ObjectNames.QualifiedName(name));
        }

        Traffic(spec, type, errors);
    }

    /// <summary>Whether a load balancer has to ask each node whether it serves.</summary>
    public static bool NeedsHealthCheck(JsonObject spec) => spec.Text("type") == "LoadBalancer" && spec.Text("externalTrafficPolicy") == "Local";

    private static void Traffic(JsonObject spec, string type, ICollection<FieldError> errors)
    {
        if (spec.Text("externalTrafficPolicy") is { Length: > 0 } policy)
        {
            if (type is not ("NodePort" or "LoadBalancer") && (type != "ClusterIP" || !spec.Texts("externalIPs").Any()))
                errors.Add(FieldError.Invalid(Policies, policy, "may only be set for externally-accessible services"));
            else if (policy is not ("Cluster" or "Local")) errors.Add(FieldError.NotSupported(Policies, policy, ["Cluster", "Local"]));
        }

        const string HealthCheck = "spec.healthCheckNodePort";
        if (spec.Whole("healthCheckNodePort") is { } port and not 0)
        {
            if (!NeedsHealthCheck(spec)) errors.Add(FieldError.Invalid(HealthCheck, port, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"));
            else PortNumber(port, HealthCheck, errors);
        }

        if (spec["internalTrafficPolicy"].AsText() is { } inner and not ("Cluster" or "Local"))
            errors.Add(FieldError.NotSupported("spec.internalTrafficPolicy", inner, ["Cluster", "Local"]));
        if (spec["trafficDistribution"].AsText() is { } nearness and not ("PreferClose" or "PreferSameNode" or "PreferSameZone"))
            errors.Add(FieldError.NotSupported("spec.trafficDistribution", nearness, ["PreferClose", "PreferSameNode", "PreferSameZone"]));
    }

    public static void ValidateUpdate(JsonObject obj, JsonObject old, ICollection<FieldError> errors)
    {
        var (spec, before) = (obj.Object("spec") ?? [], old.Object("spec") ?? []);
        if (spec.Text("type") == "LoadBalancer" && before.Text("type") == "LoadBalancer" && !JsonNode.DeepEquals(spec["loadBalancerClass"], before["loadBalancerClass"]))
            errors.Add(FieldError.Invalid("spec.loadBalancerClass", spec["loadBalancerClass"]?.DeepClone(), "may not change once set"));
        if (NeedsHealthCheck(spec) && NeedsHealthCheck(before) && spec.Whole("healthCheckNodePort") is { } port && port != before.Whole("healthCheckNodePort"))
        {
            errors.Add(FieldError.Invalid("spec.healthCheckNodePort", port,
                "cannot change healthCheckNodePort on loadBalancer service with externalTraffic=Local during update"));
        }

        if (!ServiceUpdate.HasAddress(spec) || !ServiceUpdate.HasAddress(before)) return;
        if (before.Texts("clusterIPs").FirstOrDefault() is { } first && spec.Texts("clusterIPs").FirstOrDefault() != first)
            errors.Add(FieldError.Invalid("spec.clusterIPs[0]", spec["clusterIPs"]?.DeepClone(), "may not change once set"));
    }

    private static void Port(JsonObject port, string path, bool nameRequired, HashSet<string> names, ICollection<FieldError> errors)
    {
        var name = port.Text("name");
        if (name.Length == 0)
        {
            if (nameRequired) errors.Add(FieldError.Required($"{path}.name"));
        }
        else
        {
            var wrong = ObjectNames.Dns1123Label(name).ToList();
            ObjectMetaValidation.Add(errors, $"{path}.name", name, wrong);
            if (wrong.Count == 0 && !names.Add(name)) errors.Add(FieldError.Duplicate($"{path}.name", name));
        }

        PortNumber(port.Whole("port") ?? 0, $"{path}.port", errors);
        EndpointAddressRules.Protocol(port.Text("protocol"), path, errors);
        if (port["targetPort"].AsText() is { } target) ObjectMetaValidation.Add(errors, $"{path}.targetPort", target, ObjectNames.PortName(target));
        else PortNumber(port.Whole("targetPort") ?? 0, $"{path}.targetPort", errors);
        if (port["appProtocol"].AsText() is { } application) ObjectMetaValidation.Add(errors, $"{path}.appProtocol", application, ObjectNames.QualifiedName(application));
    }

    public static void PortNumber(long port, string path, ICollection<FieldError> errors)
    {
        if (port is < 1 or > 65535) errors.Add(FieldError.Invalid(path, port, "must be between 1 and 65535, inclusive"));
    }

    private static void ExternalName(JsonObject spec, ICollection<FieldError> errors)
    {
        foreach (var field in (ReadOnlySpan<string>)["clusterIPs", "ipFamilies", "ipFamilyPolicy"])
            if (spec[field] is not null) errors.Add(FieldError.Forbidden($"spec.{field}", "may not be set for ExternalName services"));
        var name = spec.Text("externalName").TrimEnd('.');
        if (name.Length == 0) errors.Add(FieldError.Required("spec.externalName"));
        else ObjectMetaValidation.Add(errors, "spec.externalName", name, ObjectNames.Dns1123Subdomain(name));
    }

    private static void Affinity(JsonObject spec, ICollection<FieldError> errors)
    {
        if (spec.Text("sessionAffinity") != "ClientIP" || spec.Object("sessionAffinityConfig")?.Object("clientIP")?.Whole("timeoutSeconds") is not { } seconds) return;
        if (seconds is < 1 or > 86400)
            errors.Add(FieldError.Invalid("spec.sessionAffinityConfig.clientIP.timeoutSeconds", seconds, "must be greater than 0 and less than 86400"));
    }

    private static void NodePorts(string type, List<JsonObject> ports, ICollection<FieldError> errors)
    {
        var used = new HashSet<(string, long)>();
        for (var i = 0; i < ports.Count; i++)
        {
            var number = ports[i].Whole("nodePort") ?? 0;
            if (number == 0) continue;
            var path = $"spec.ports[{i}].nodePort";
            if (type == "ClusterIP") errors.Add(FieldError.Forbidden(path, "may not be used when `type` is 'ClusterIP'"));
            else if (!used.Add((ports[i].Text("protocol"), number))) errors.Add(FieldError.Duplicate(path, number));
        }
    }

    private static void Duplicates(List<JsonObject> ports, ICollection<FieldError> errors)
    {
        var used = new HashSet<(string, long)>();
        for (var i = 0; i < ports.Count; i++)
        {
            var (protocol, number) = (ports[i].Text("protocol"), ports[i].Whole("port") ?? 0);
            if (used.Add((protocol, number))) continue;

            // Shown with the names that the fields have inside the real server.
            errors.Add(FieldError.Duplicate($"spec.ports[{i}]", new JsonObject
            {
                ["Name"] = "",
                ["Protocol"] = protocol,
                ["AppProtocol"] = null,
                ["Port"] = number,
                ["TargetPort"] = 0,
                ["NodePort"] = 0,
            }));
        }
    }

    private static void OneOf(JsonObject obj, string field, string[] values, ICollection<FieldError> errors)
    {
        var value = obj.Text(field);
        if (value.Length == 0) errors.Add(FieldError.Required($"spec.{field}"));
        else if (!values.Contains(value)) errors.Add(FieldError.NotSupported($"spec.{field}", value, values));
    }
}
