using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>Slices of the endpoints of a service: all of one kind of address.</summary>
internal sealed class EndpointSliceStrategy() : BuiltInStrategy("discovery", "EndpointSlice")
{
    private const int MostEndpoints = 1000;
    private const int MostAddresses = 100;
    private const int MostPorts = 20000;
    private const int MostHints = 8;

    private static readonly string[] AddressTypes = ["FQDN", "IPv4", "IPv6"];

    public override void PrepareForCreate(JsonObject obj) => DropTopology(obj);

    public override void PrepareForUpdate(JsonObject obj, JsonObject old)
    {
        if (!JsonNode.DeepEquals(obj["endpoints"], old["endpoints"])) DropTopology(obj);
    }

    /// <summary>Besides what a slice says, its labels count: they say whose endpoints they are.</summary>
    public override bool DesiredStateChanged(JsonObject obj, JsonObject old) =>
        base.DesiredStateChanged(obj, old) || !JsonNode.DeepEquals(obj.At("metadata", "labels"), old.At("metadata", "labels"));

    public override void Validate(JsonObject obj, ICollection<FieldError> errors)
    {
        var type = obj.Text("addressType");
        if (type.Length == 0) errors.Add(FieldError.Required("addressType"));
        else if (!AddressTypes.Contains(type)) errors.Add(FieldError.NotSupported("addressType", type, AddressTypes));
        if (IsAtMost(obj, "endpoints", "endpoints", MostEndpoints, errors))
        {
            var i = 0;
            foreach (var endpoint in obj.Objects("endpoints")) Endpoint(endpoint, type, $"endpoints[{i++}]", errors);
        }

        if (IsAtMost(obj, "ports", "ports", MostPorts, errors)) Ports(obj, errors);
    }

    public override void ValidateUpdate(JsonObject obj, JsonObject old, ICollection<FieldError> errors)
    {
        if (obj.Text("addressType") is var type && type != old.Text("addressType")) errors.Add(FieldError.Invalid("addressType", type, "field is immutable"));
    }

    /// <summary>What earlier versions of the API said of zones and nodes; this one has fields for it.</summary>
    private static void DropTopology(JsonObject obj)
    {
        foreach (var endpoint in obj.Objects("endpoints")) endpoint.Remove("deprecatedTopology");
    }

    private static void Endpoint(JsonObject endpoint, string type, string path, ICollection<FieldError> errors)
    {
        var addresses = endpoint.Texts("addresses").ToList();
        if (addresses.Count == 0) errors.Add(FieldError.Required($"{path}.addresses", "must contain at least 1 address"));
        else if (addresses.Count > MostAddresses) errors.Add(FieldError.TooMany($"{path}.addresses", addresses.Count, MostAddresses));
        for (var i = 0; i < addresses.Count; i++)
        {
            var at = $"{path}.addresses[{i}]";
            if (type is "IPv4" or "IPv6") EndpointAddressRules.Address(addresses[i], at, errors, type);
            else if (type == "FQDN") EndpointAddressRules.DomainName(addresses[i], at, errors);
        }

        if (endpoint["nodeName"].AsText() is { } node) ObjectMetaValidation.Add(errors, $"{path}.nodeName", node, ObjectNames.Dns1123Subdomain(node));
        if (endpoint["hostname"].AsText() is { } host) ObjectMetaValidation.Add(errors, $"{path}.hostname", host, ObjectNames.Dns1123Label(host));
        if (endpoint.Object("hints") is not { } hints) return;
        Hints(hints, "forZones", $"{path}.hints", ObjectNames.LabelValue, errors);
        Hints(hints, "forNodes", $"{path}.hints", ObjectNames.Dns1123Subdomain, errors);
    }

    private static void Hints(JsonObject hints, string field, string path, Func<string, IEnumerable<string>> rule, ICollection<FieldError> errors)
    {
        if (!IsAtMost(hints, field, $"{path}.{field}", MostHints, errors)) return;
        var names = new HashSet<string>();
        var i = 0;
        foreach (var hint in hints.Objects(field))
        {
            var (at, name) = ($"{path}.{field}[{i++}].name", hint.Text("name"));
            if (!names.Add(name)) errors.Add(FieldError.Duplicate(at, name));
            ObjectMetaValidation.Add(errors, at, name, rule(name));
        }
    }

    private static void Ports(JsonObject obj, ICollection<FieldError> errors)
    {
        var names = new HashSet<string>();
        var i = 0;
        foreach (var port in obj.Objects("ports"))
        {
            var (at, name, protocol) = ($"ports[{i++}]", port.Text("name"), port.Text("protocol"));
            if (name.Length > 0) ObjectMetaValidation.Add(errors, $"{at}.name", name, ObjectNames.Dns1123Label(name));
            if (!names.Add(name)) errors.Add(FieldError.Duplicate($"{at}.name", name));
            EndpointAddressRules.Protocol(protocol, at, errors);
            if (port["appProtocol"].AsText() is { } application) ObjectMetaValidation.Add(errors, $"{at}.appProtocol", application, ObjectNames.QualifiedName(application));
        }
    }

    private static bool IsAtMost(JsonObject obj, string field, string path, int most, ICollection<FieldError> errors)
    {
        var count = (obj[field] as JsonArray)?.Count ?? 0;
        if (count > most) errors.Add(FieldError.TooMany(path, count, most));
        return count <= most;
    }
}
