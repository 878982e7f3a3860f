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
        if (type == "LoadBalancer") spec.SetDefault("allocateLoadBalancerNodePorts", true);
        Normalize(obj);
    }

    public override void PrepareForCreate(JsonObject obj)
    {
        Families(obj.Ensure("spec"));
        base.PrepareForCreate(obj);
    }

    public override void PrepareForUpdate(JsonObject obj, JsonObject old)
    {
        var (spec, before) = (obj.Ensure("spec"), old.Object("spec") ?? []);
        ServiceUpdate.CarryAllocated(spec, before);
        ServiceUpdate.DropOfOtherType(spec, before);
        Families(spec);
        base.PrepareForUpdate(obj, old);
    }

    public override void Validate(JsonObject obj, ICollection<FieldError> errors) => ServiceValidation.Validate(obj, errors);

    public override void ValidateUpdate(JsonObject obj, JsonObject old, ICollection<FieldError> errors) =>
        ServiceValidation.ValidateUpdate(obj, old, errors);

    public override IReservation? Reserve(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
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
        if (spec.Text("type") == "ExternalName")
        {
            foreach (var field in (ReadOnlySpan<string>)["ipFamilies", "ipFamilyPolicy", "clusterIP", "clusterIPs"]) spec.Remove(field);
            return;
        }

        if (spec.Text("clusterIP") is { Length: > 0 } address && spec["clusterIPs"] is not JsonArray { Count: > 0 })
            spec["clusterIPs"] = new JsonArray(address);
        else if (spec.Text("clusterIP").Length == 0 && spec.Texts("clusterIPs").FirstOrDefault() is { } first)
            spec["clusterIP"] = first;
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
}
