using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>What is asked of the addresses of services and of their families.</summary>
internal static class ServiceAddressRules
{
    private static readonly string[] Families = ["IPv4", "IPv6"];
    private static readonly string[] Policies = ["PreferDualStack", "RequireDualStack", "SingleStack"];

    /// <summary>
    /// Appends what is wrong with cluster IPs, families and their policy (<c>ValidateServiceClusterIPsRelatedFields</c>). A service
    /// for a name outside has none of them.
    /// </summary>
    public static void ClusterAddresses(JsonObject spec, ICollection<FieldError> errors)
    {
        if (spec.Text("type") == "ExternalName") return;
        var (first, all, families) = (spec.Text("clusterIP"), spec.Texts("clusterIPs").ToList(), spec.Texts("ipFamilies").ToList());
        var shown = spec["clusterIPs"];
        if (first.Length > 0 && all.Count == 0) errors.Add(FieldError.Required("spec.clusterIPs"));
        else if (first.Length > 0 && all[0] != first) errors.Add(FieldError.Invalid("spec.clusterIPs", shown, "first value must match `clusterIP`"));
        else if (first.Length == 0 && all.Count > 0) errors.Add(FieldError.Invalid("spec.clusterIPs", shown, "must be empty when `clusterIP` is not specified"));
        for (var i = 0; i < families.Count; i++)
        {
            if (!Families.Contains(families[i])) errors.Add(FieldError.NotSupported($"spec.ipFamilies[{i}]", families[i], Families));
            if (families.IndexOf(families[i]) < i) errors.Add(FieldError.Duplicate($"spec.ipFamilies[{i}]", families[i]));
        }

        if (spec["ipFamilyPolicy"].AsText() is { } policy && !Policies.Contains(policy)) errors.Add(FieldError.NotSupported("spec.ipFamilyPolicy", policy, Policies));
        if (!AreAddresses(all, shown, errors)) return;
        if (all.Count > 1 && all.Select(FamilyOf).Distinct().Count() < 2)
            errors.Add(FieldError.Invalid("spec.clusterIPs", shown, "may specify no more than one IP for each IP family"));
        for (var i = 0; first != "None" && i < Math.Min(all.Count, families.Count); i++)
        {
            if (FamilyOf(all[i]) != families[i])
                errors.Add(FieldError.Invalid($"spec.clusterIPs[{i}]", all[i], $"expected an {families[i]} value as indicated by `ipFamilies[{i}]`"));
        }
    }

    /// <summary>Appends what a server cannot give that has IPv4 alone (<c>initIPFamilyFields</c>).</summary>
    public static void Available(JsonObject spec, ICollection<FieldError> errors)
    {
        if (spec.Text("type") == "ExternalName") return;
        var (policy, families) = (spec.Text("ipFamilyPolicy"), spec.Texts("ipFamilies").ToList());
        if (policy == "SingleStack")
        {
            const string Several = "must be 'RequireDualStack' or 'PreferDualStack' when multiple";
            if (spec.Texts("clusterIPs").Count() == 2) errors.Add(FieldError.Invalid("spec.ipFamilyPolicy", policy, $"{Several} cluster IPs are specified"));
            if (families.Count == 2) errors.Add(FieldError.Invalid("spec.ipFamilyPolicy", policy, $"{Several} IP families are specified"));
        }

        // Nobody gives addresses to a service without selector that has none: it may be of any family.
        if (errors.Count > 0 || (spec.Text("clusterIP") == "None" && spec.Object("selector") is not { Count: > 0 })) return;
        if (policy == "RequireDualStack") errors.Add(FieldError.Invalid("spec.ipFamilyPolicy", policy, "this cluster is not configured for dual-stack services"));
        for (var i = 0; i < families.Count; i++)
            if (families[i] != "IPv4") errors.Add(FieldError.Invalid($"spec.ipFamilies[{i}]", families[i], "not configured on this cluster"));
    }

    /// <summary>Appends what is wrong with the addresses outside of the cluster.</summary>
    public static void ExternalAddresses(JsonObject spec, ICollection<FieldError> errors)
    {
        var i = 0;
        foreach (var text in spec.Texts("externalIPs")) EndpointAddressRules.Address(text, $"spec.externalIPs[{i++}]", errors);
    }

    /// <summary>Appends what is wrong with the ranges that may reach a load balancer.</summary>
    public static void SourceRanges(JsonObject spec, ICollection<FieldError> errors)
    {
        // The path is that of the field inside the real server.
        const string Path = "spec.LoadBalancerSourceRanges";
        var ranges = spec.Texts("loadBalancerSourceRanges").Select(r => r.Trim()).ToList();
        if (ranges.Count > 0 && spec.Text("type") != "LoadBalancer") errors.Add(FieldError.Forbidden(Path, "may only be used when `type` is 'LoadBalancer'"));
        for (var i = 0; i < ranges.Count; i++)
            if (!IsRange(ranges[i])) errors.Add(FieldError.Invalid($"{Path}[{i}]", ranges[i], "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"));
    }

    /// <summary>Appends what is wrong with what a load balancer has given.</summary>
    public static void LoadBalancerStatus(JsonObject? status, ICollection<FieldError> errors, bool isLoadBalancer)
    {
        const string Path = "status.loadBalancer.ingress";
        var entries = status?.Objects("ingress").ToList() ?? [];
        if (!isLoadBalancer)
        {
            if (entries.Count > 0) errors.Add(FieldError.Forbidden(Path, "may only be used when `spec.type` is \"LoadBalancer\""));
            return;
        }

        for (var i = 0; i < entries.Count; i++)
        {
            var (at, address, host, mode) = ($"{Path}[{i}]", entries[i].Text("ip"), entries[i].Text("hostname"), entries[i]["ipMode"].AsText());
            if (address.Length > 0 && !IPAddress.TryParse(address, out _)) errors.Add(FieldError.Invalid($"{at}.ip", address, EndpointAddressRules.Unreadable));
            if (mode is not null && address.Length == 0) errors.Add(FieldError.Forbidden($"{at}.ipMode", "may not be specified when `ip` is not set"));
            else if (mode is not (null or "Proxy" or "VIP")) errors.Add(FieldError.NotSupported($"{at}.ipMode", mode, ["Proxy", "VIP"]));
            if (host.Length == 0) continue;
            ObjectMetaValidation.Add(errors, $"{at}.hostname", host, ObjectNames.Dns1123Subdomain(host));
            if (IPAddress.TryParse(host, out _)) errors.Add(FieldError.Invalid($"{at}.hostname", host, "must be a DNS name, not an IP address"));
        }
    }

    private static bool AreAddresses(List<string> all, JsonNode? shown, ICollection<FieldError> errors)
    {
        var before = errors.Count;
        for (var i = 0; i < all.Count; i++)
        {
            if (i == 0 && all[i] == "None")
            {
                if (all.Count > 1) errors.Add(FieldError.Invalid("spec.clusterIPs", shown, "'None' must be the first and only value"));
            }
            else if (!IPAddress.TryParse(all[i], out _))
            {
                errors.Add(FieldError.Invalid($"spec.clusterIPs[{i}]", all[i], EndpointAddressRules.Unreadable));
            }
        }

        if (all.Count > 2) errors.Add(FieldError.Invalid("spec.clusterIPs", shown, "may only hold up to 2 values"));
        return errors.Count == before;
    }

    /// <summary>Whether text is a range of addresses, such as <c>10.9.8.0/24</c>.</summary>
    public static bool IsRange(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && IPAddress.TryParse(text[..slash], out var address)
            && int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits)
            && bits <= (address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
    }

    private static string FamilyOf(string address) =>
        IPAddress.TryParse(address, out var parsed) && parsed.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4";
}
