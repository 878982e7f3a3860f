using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>Services: what depends on their type, and the addresses and ports that they share a pool of.</summary>
internal sealed class ServiceStrategy(IServiceAllocator allocator) : BuiltInStrategy("core", "Service", hasStatus: true)
{
    public override void Default(JsonObject obj)
    {
        base.Default(obj);
        var spec = obj.Ensure("spec");
        var type = spec.Text("type");
        if (spec.Text("sessionAffinity") == "None")
        {
            spec.Remove("sessionAffinityConfig");
        }
        else if (spec.Text("sessionAffinity") == "ClientIP" && spec.At("sessionAffinityConfig", "clientIP", "timeoutSeconds") is null)
        {
            spec["sessionAffinityConfig"] = new JsonObject { ["clientIP"] = new JsonObject { ["timeoutSeconds"] = 10800 } };
        }

        foreach (var port in spec.Objects("ports"))
        {
            if (port["targetPort"] is null || port["targetPort"].AsText() == "" || port.Whole("targetPort") == 0)
                port["targetPort"] = port["port"]?.DeepClone() ?? 0;
        }

        if (type is "NodePort" or "LoadBalancer" || (type == "ClusterIP" && spec.Texts("externalIPs").Any()))
            spec.SetDefault("externalTrafficPolicy", "Cluster");
        if (type is "ClusterIP" or "NodePort" or "LoadBalancer") spec.SetDefault("internalTrafficPolicy", "Cluster");
        if (type == "LoadBalancer")
        {
            spec.SetDefault("allocateLoadBalancerNodePorts", true);
            foreach (var entry in obj.Object("status")?.Object("loadBalancer")?.Objects("ingress") ?? [])
                if (entry.Text("ip").Length > 0) entry.SetDefault("ipMode", "VIP");
        }

        Normalize(obj);
    }

    public override void PrepareForCreate(JsonObject obj)
    {
        var spec = obj.Ensure("spec");

        // One address stands for the list of one; a list without it does not.
        if (spec.Text("clusterIP") is { Length: > 0 } address && spec["clusterIPs"] is not JsonArray { Count: > 0 })
            spec["clusterIPs"] = new JsonArray(address);
        Families(spec);
        base.PrepareForCreate(obj);
    }

    public override void PrepareForUpdate(JsonObject obj, JsonObject old)
    {
        var (spec, before) = (obj.Ensure("spec"), old.Object("spec") ?? []);
        ServiceUpdate.CarryAllocated(spec, before);
        ServiceUpdate.DropOfOtherType(spec, before);
        ServiceUpdate.Synchronize(spec);
        Families(spec);
        base.PrepareForUpdate(obj, old);

        // What a load balancer has given goes with it.
        if (spec.Text("type") != "LoadBalancer") SetStatus(obj, WithoutLoadBalancer(obj.Object("status")));
    }

    public override void ValidateStatusUpdate(JsonObject obj, JsonObject old, ICollection<FieldError> errors) =>
        ServiceAddressRules.LoadBalancerStatus(obj.Object("status")?.Object("loadBalancer"), errors, obj.At("spec", "type").AsText() == "LoadBalancer");

    public override IEnumerable<string> Warnings(JsonObject obj, JsonObject? old)
    {
        var spec = obj.Object("spec") ?? [];
        var (type, hasExternal) = (spec.Text("type"), spec.Texts("externalIPs").Any());
        var headless = type == "ClusterIP" && spec.Text("clusterIP") == "None";
        if (headless && spec.Text("loadBalancerIP").Length > 0) yield return "spec.loadBalancerIP is ignored for headless services";
        if (headless && hasExternal) yield return "spec.externalIPs is ignored for headless services";
        if (headless && spec.Text("sessionAffinity") != "None") yield return "spec.SessionAffinity is ignored for headless services";
        if (hasExternal && !headless && type != "ExternalName") yield return "spec.externalIPs is deprecated and may no longer be implemented in some clusters";
        if (type == "ExternalName" && hasExternal) yield return "spec.externalIPs is ignored when spec.type is \"ExternalName\"";
        if (type != "ExternalName" && spec.Text("externalName").Length > 0) yield return "spec.externalName is ignored when spec.type is not \"ExternalName\"";
        if (spec.Text("trafficDistribution") == "PreferClose") yield return "spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"";
    }

    public override void Validate(JsonObject obj, ICollection<FieldError> errors) => ServiceValidation.Validate(obj, errors);

    public override void ValidateUpdate(JsonObject obj, JsonObject old, ICollection<FieldError> errors) =>
        ServiceValidation.ValidateUpdate(obj, old, errors);

    public override IReservation? Reserve(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        ServiceAddressRules.Available(obj.Object("spec") ?? [], errors);
        if (errors.Count > 0) return null;
        var reservation = new ServiceReservation(allocator);
        if (reservation.Take(obj, old, errors))
        {
            Normalize(obj);
            return reservation;
        }

        reservation.Cancel();
        return null;
    }

    public override bool UsesPool => true;

    public override void Restore(JsonObject obj)
    {
        // What does not fit any more (other ranges than last time) is kept as it is: the object is there already.
        foreach (var address in ServiceReservation.Addresses(obj)) _ = allocator.TakeAddress(address, out _);
        foreach (var port in ServiceReservation.Ports(obj)) _ = allocator.TakePort(port, out _);
    }

    public override void Release(JsonObject obj)
    {
        foreach (var address in ServiceReservation.Addresses(obj)) allocator.ReturnAddress(address);
        foreach (var port in ServiceReservation.Ports(obj)) allocator.ReturnPort(port);
    }

    /// <summary>
    /// Address families of a server that has IPv4 only. A service without an address and without a selector is for
    /// somebody else to fill, and may have both.
    /// </summary>
    private static void Families(JsonObject spec)
    {
        if (spec.Text("type") == "ExternalName") return;
        if (spec.Text("clusterIP") == "None" && spec.Object("selector") is not { Count: > 0 })
        {
            if (spec.Text("ipFamilyPolicy").Length == 0) spec["ipFamilyPolicy"] = spec.Texts("ipFamilies").Count() == 1 ? "SingleStack" : "RequireDualStack";
            if (spec.Text("ipFamilyPolicy") == "SingleStack")
            {
                if (!spec.Texts("ipFamilies").Any()) spec["ipFamilies"] = new JsonArray("IPv4");
            }
            else if (spec.Texts("ipFamilies").Count() < 2)
            {
                spec["ipFamilies"] = spec.Texts("ipFamilies").FirstOrDefault() == "IPv6" ? new JsonArray("IPv6", "IPv4") : new JsonArray("IPv4", "IPv6");
            }

            return;
        }

        spec.SetDefault("ipFamilyPolicy", "SingleStack");
        if (!spec.Texts("ipFamilies").Any()) spec["ipFamilies"] = new JsonArray("IPv4");
    }

    private static JsonObject? WithoutLoadBalancer(JsonObject? status)
    {
        if (status?.DeepClone() is not JsonObject without) return null;
        without.Remove("loadBalancer");
        return without;
    }
}
