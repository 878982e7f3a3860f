using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>The endpoints of a service in the outdated form: addresses that have the same ports.</summary>
internal sealed class EndpointsStrategy() : BuiltInStrategy("core", "Endpoints")
{
    public override void Validate(JsonObject obj, ICollection<FieldError> errors)
    {
        var i = 0;
        foreach (var subset in obj.Objects("subsets")) Subset(subset, $"subsets[{i++}]", errors);
    }

    private static void Subset(JsonObject subset, string path, ICollection<FieldError> errors)
    {
        if (!subset.Objects("addresses").Any() && !subset.Objects("notReadyAddresses").Any())
            errors.Add(FieldError.Required(path, "must specify `addresses` or `notReadyAddresses`"));
        foreach (var field in (ReadOnlySpan<string>)["addresses", "notReadyAddresses"])
        {
            var i = 0;
            foreach (var address in subset.Objects(field)) Address(address, $"{path}.{field}[{i++}]", errors);
        }

        var ports = subset.Objects("ports").ToList();
        for (var i = 0; i < ports.Count; i++)
        {
            var (port, at) = (ports[i], $"{path}.ports[{i}]");
            if (port.Text("name") is { Length: > 0 } name) ObjectMetaValidation.Add(errors, $"{at}.name", name, ObjectNames.Dns1123Label(name));
            else if (ports.Count > 1) errors.Add(FieldError.Required($"{at}.name"));
            ServiceValidation.PortNumber(port.Whole("port") ?? 0, $"{at}.port", errors);
            EndpointAddressRules.Protocol(port.Text("protocol"), at, errors);
            if (port["appProtocol"].AsText() is { } application) ObjectMetaValidation.Add(errors, $"{at}.appProtocol", application, ObjectNames.QualifiedName(application));
        }
    }

    private static void Address(JsonObject address, string path, ICollection<FieldError> errors)
    {
        EndpointAddressRules.Address(address.Text("ip"), $"{path}.ip", errors);
        if (address.Text("hostname") is { Length: > 0 } host) ObjectMetaValidation.Add(errors, $"{path}.hostname", host, ObjectNames.Dns1123Label(host));
        if (address["nodeName"].AsText() is { } node) ObjectMetaValidation.Add(errors, $"{path}.nodeName", node, ObjectNames.Dns1123Subdomain(node));
    }
}
