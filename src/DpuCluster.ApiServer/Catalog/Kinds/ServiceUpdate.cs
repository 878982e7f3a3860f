using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>What becomes of allocated addresses and ports when a service changes.</summary>
internal static class ServiceUpdate
{
    /// <summary>A client that leaves out what it was given does not mean to give it back.</summary>
    public static void CarryAllocated(JsonObject spec, JsonObject old)
    {
        if (HasAddress(spec) && HasAddress(old))
        {
            if (spec.Text("clusterIP").Length == 0 && spec["clusterIPs"] is not JsonArray { Count: > 0 })
            {
                if (old["clusterIP"] is { } address) spec["clusterIP"] = address.DeepClone();
                if (old["clusterIPs"] is { } addresses) spec["clusterIPs"] = addresses.DeepClone();
            }
            else if (JsonNode.DeepEquals(spec["clusterIPs"], old["clusterIPs"]) && spec.Text("clusterIP") is { Length: > 0 } changed
                && changed != old.Text("clusterIP"))
            {
                spec["clusterIPs"] = new JsonArray(changed);
            }
        }

        if (ServiceValidation.NeedsHealthCheck(spec) && ServiceValidation.NeedsHealthCheck(old) && spec.Whole("healthCheckNodePort") is null or 0
            && old["healthCheckNodePort"] is { } check)
        {
            spec["healthCheckNodePort"] = check.DeepClone();
        }

        if (!HasNodePorts(spec) || !HasNodePorts(old)) return;
        var before = old.Objects("ports").ToLookup(Key, p => p.Whole("nodePort") ?? 0);
        var used = spec.Objects("ports").Select(p => p.Whole("nodePort") ?? 0).Where(p => p != 0).ToHashSet();
        foreach (var port in spec.Objects("ports"))
        {
            if ((port.Whole("nodePort") ?? 0) == 0 && before[Key(port)].FirstOrDefault() is var given and not 0 && used.Add(given))
                port["nodePort"] = given;
        }
    }

    /// <summary>
    /// A changed type takes with it what only the old type has, unless the client says something new about it.
    /// </summary>
    public static void DropOfOtherType(JsonObject spec, JsonObject old)
    {
        if (HasAddress(old) && !HasAddress(spec))
        {
            foreach (var field in (ReadOnlySpan<string>)["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"])
                if (JsonNode.DeepEquals(spec[field], old[field])) spec.Remove(field);
        }

        if (HasNodePorts(old) && !HasNodePorts(spec))
        {
            var before = old.Objects("ports").Select(p => p.Whole("nodePort")).ToHashSet();
            foreach (var port in spec.Objects("ports"))
                if (before.Contains(port.Whole("nodePort"))) port.Remove("nodePort");
        }

        if (ServiceValidation.NeedsHealthCheck(old) && !ServiceValidation.NeedsHealthCheck(spec) && JsonNode.DeepEquals(spec["healthCheckNodePort"], old["healthCheckNodePort"]))
            spec.Remove("healthCheckNodePort");

        if (old.Text("type") == "LoadBalancer" && spec.Text("type") != "LoadBalancer")
        {
            foreach (var field in (ReadOnlySpan<string>)["allocateLoadBalancerNodePorts", "loadBalancerClass"])
                if (JsonNode.DeepEquals(spec[field], old[field])) spec.Remove(field);
        }

        if (HasNodePorts(old) && !HasNodePorts(spec) && JsonNode.DeepEquals(spec["externalTrafficPolicy"], old["externalTrafficPolicy"])
            && !spec.Texts("externalIPs").Any())
        {
            spec.Remove("externalTrafficPolicy");
        }
    }

    /// <summary>Makes the one address and the list of addresses say the same, where one of them is not there.</summary>
    public static void Synchronize(JsonObject spec)
    {
        if (spec.Text("type") == "ExternalName") return;
        if (spec.Text("clusterIP") is { Length: > 0 } address && spec["clusterIPs"] is not JsonArray { Count: > 0 })
            spec["clusterIPs"] = new JsonArray(address);
        else if (spec.Text("clusterIP").Length == 0 && spec.Texts("clusterIPs").FirstOrDefault() is { } first)
            spec["clusterIP"] = first;
    }

    public static bool HasAddress(JsonObject spec) => spec.Text("type") is "ClusterIP" or "NodePort" or "LoadBalancer";

    public static bool HasNodePorts(JsonObject spec) =>
        spec.Text("type") == "NodePort" || (spec.Text("type") == "LoadBalancer" && spec["allocateLoadBalancerNodePorts"]?.GetValueKind() != System.Text.Json.JsonValueKind.False);

    private static (string, long) Key(JsonObject port) => (port.Text("protocol"), port.Whole("port") ?? 0);
}
