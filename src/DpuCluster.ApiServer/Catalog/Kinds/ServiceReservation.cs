using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>The addresses and ports taken for one service that is about to be stored, and those it will give up.</summary>
internal sealed class ServiceReservation(IServiceAllocator allocator) : IReservation
{
    private readonly List<string> _takenAddresses = [];
    private readonly List<int> _takenPorts = [];
    private readonly List<string> _leftAddresses = [];
    private readonly List<int> _leftPorts = [];

    /// <summary>Addresses that a stored service holds.</summary>
    public static IEnumerable<string> Addresses(JsonObject service) =>
        service.Object("spec")?.Texts("clusterIPs").Where(a => a is not ("None" or "")) ?? [];

    /// <summary>Node ports that a stored service holds, that of its health check among them.</summary>
    public static IEnumerable<int> Ports(JsonObject service) =>
        (service.Object("spec")?.Objects("ports") ?? []).Select(p => (int)(p.Whole("nodePort") ?? 0))
            .Append((int)(service.Object("spec")?.Whole("healthCheckNodePort") ?? 0)).Where(p => p != 0).Distinct();

    /// <summary>Takes what the service needs. When that fails, what was taken so far waits for <see cref="Cancel"/>.</summary>
    public bool Take(JsonObject obj, JsonObject? old, ICollection<FieldError> errors)
    {
        var spec = obj.Ensure("spec");
        var addresses = old is null ? [] : Addresses(old).ToList();
        if (ServiceUpdate.HasAddress(spec) && spec.Text("clusterIP") != "None")
        {
            var wanted = spec.Texts("clusterIPs").FirstOrDefault() ?? (spec.Text("clusterIP") is { Length: > 0 } one ? one : null);
            if (wanted is null || !addresses.Contains(wanted))
            {
                if (allocator.TakeAddress(wanted, out var address) is { } error)
                {
                    errors.Add(FieldError.Invalid("spec.clusterIPs", spec["clusterIPs"]?.DeepClone(), error));
                    return false;
                }

                _takenAddresses.Add(address);
                spec["clusterIP"] = address;
                spec["clusterIPs"] = new JsonArray(address);
            }
        }

        var ports = old is null ? [] : Ports(old).ToList();
        if (ServiceUpdate.HasNodePorts(spec) && !TakePorts(spec, ports, errors)) return false;
        if (ServiceValidation.NeedsHealthCheck(spec) && !TakeHealthCheckPort(spec, ports, errors)) return false;
        _leftAddresses.AddRange(addresses.Except(Addresses(obj)));
        _leftPorts.AddRange(ports.Except(Ports(obj)));
        return true;
    }

    public void Commit()
    {
        foreach (var address in _leftAddresses) allocator.ReturnAddress(address);
        foreach (var port in _leftPorts) allocator.ReturnPort(port);
    }

    public void Cancel()
    {
        foreach (var address in _takenAddresses) allocator.ReturnAddress(address);
        foreach (var port in _takenPorts) allocator.ReturnPort(port);
    }

    private bool TakeHealthCheckPort(JsonObject spec, List<int> held, ICollection<FieldError> errors)
    {
        int? wanted = spec.Whole("healthCheckNodePort") is { } number and not 0 ? (int)number : null;
        if (wanted is { } mine && held.Contains(mine)) return true;
        if (allocator.TakePort(wanted, out var taken) is { } error)
        {
            errors.Add(FieldError.Invalid("spec.healthCheckNodePort", wanted ?? 0, error));
            return false;
        }

        _takenPorts.Add(taken);
        spec["healthCheckNodePort"] = taken;
        return true;
    }

    private bool TakePorts(JsonObject spec, List<int> held, ICollection<FieldError> errors)
    {
        // Ports asked for by number go first, so that none of them is given to another port of the same service.
        var list = spec.Objects("ports").Select((port, index) => (port, index)).ToList();
        foreach (var (port, index) in list.OrderBy(p => (p.port.Whole("nodePort") ?? 0) == 0))
        {
            int? wanted = port.Whole("nodePort") is { } number and not 0 ? (int)number : null;
            if (wanted is { } mine && (held.Contains(mine) || _takenPorts.Contains(mine))) continue;

            // One node port serves several protocols of the same port.
            if (wanted is null && list.FirstOrDefault(o => o.index != index && o.port.Whole("port") == port.Whole("port") && (o.port.Whole("nodePort") ?? 0) != 0).port is { } twin)
            {
                port["nodePort"] = twin["nodePort"]!.DeepClone();
                continue;
            }

            if (allocator.TakePort(wanted, out var taken) is { } error)
            {
                errors.Add(FieldError.Invalid($"spec.ports[{index}].nodePort", wanted is null ? 0 : wanted.Value, error));
                return false;
            }

            _takenPorts.Add(taken);
            port["nodePort"] = taken;
        }

        return true;
    }
}
