using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>What is asked of containers.</summary>
internal static class ContainerValidation
{
    private static readonly string[] Handlers = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"];

    public static void Validate(JsonObject container, string path, HashSet<string> volumes, ICollection<FieldError> errors)
    {
        var image = container.Text("image");
        if (image.Length == 0) errors.Add(FieldError.Required($"{path}.image"));
        else if (image.Trim().Length != image.Length) errors.Add(FieldError.Invalid($"{path}.image", image, "must not have leading or trailing whitespace"));
        foreach (var probe in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"]) Probe(container.Object(probe), $"{path}.{probe}", probe, errors);
        PodValidation.Supported(container, path, "terminationMessagePolicy", ["File", "FallbackToLogsOnError"], errors);
        Ports(container, path, errors);
        Environment(container, path, errors);
        Mounts(container, path, volumes, errors);
        PodValidation.Supported(container, path, "imagePullPolicy", ["Always", "IfNotPresent", "Never"], errors);
        PodValidation.Resources(container.Object("resources"), $"{path}.resources", errors);
        PodSecurityValidation.Container(container, path, errors);
    }

    private static void Ports(JsonObject container, string path, ICollection<FieldError> errors)
    {
        var names = new HashSet<string>();
        var i = 0;
        foreach (var port in container.Objects("ports"))
        {
            var at = $"{path}.ports[{i++}]";
            if (port.Text("name") is { Length: > 0 } name)
            {
                ObjectMetaValidation.Add(errors, $"{at}.name", name, ObjectNames.PortName(name));
                if (!names.Add(name)) errors.Add(FieldError.Duplicate($"{at}.name", name));
            }

            if (port.Whole("containerPort") is null or 0) errors.Add(FieldError.Required($"{at}.containerPort"));
            else ServiceValidation.PortNumber(port.Whole("containerPort")!.Value, $"{at}.containerPort", errors);
            if (port.Whole("hostPort") is { } host && host != 0) ServiceValidation.PortNumber(host, $"{at}.hostPort", errors);
            PodValidation.Supported(port, at, "protocol", ["SCTP", "TCP", "UDP"], errors);
        }
    }

    private static void Environment(JsonObject container, string path, ICollection<FieldError> errors)
    {
        var i = 0;
        foreach (var variable in container.Objects("env"))
        {
            var at = $"{path}.env[{i++}]";
            var name = variable.Text("name");
            if (name.Length == 0) errors.Add(FieldError.Required($"{at}.name"));
            else ObjectMetaValidation.Add(errors, $"{at}.name", name, ObjectNames.EnvironmentName(name));
            if (variable.Object("valueFrom") is not { } from) continue;
            if (from.Count == 0)
                errors.Add(FieldError.Invalid($"{at}.valueFrom", "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"));
            else if (variable.Text("value").Length > 0)
                errors.Add(FieldError.Invalid($"{at}.valueFrom", "", "may not be specified when `value` is not empty"));
            else if (from.Count > 1)
                errors.Add(FieldError.Invalid($"{at}.valueFrom", "", "may not have more than one field specified at a time"));
        }
    }

    private static void Mounts(JsonObject container, string path, HashSet<string> volumes, ICollection<FieldError> errors)
    {
        var places = new HashSet<string>();
        var i = 0;
        foreach (var mount in container.Objects("volumeMounts"))
        {
            var at = $"{path}.volumeMounts[{i++}]";
            var name = mount.Text("name");
            if (name.Length == 0) errors.Add(FieldError.Required($"{at}.name"));
            else if (!volumes.Contains(name)) errors.Add(new FieldError(FieldErrorType.NotFound, $"{at}.name", $"Not found: {FieldError.Show(name)}"));
            var place = mount.Text("mountPath");
            if (place.Length == 0) errors.Add(FieldError.Required($"{at}.mountPath"));
            else if (!places.Add(place)) errors.Add(FieldError.Invalid($"{at}.mountPath", place, "must be unique"));
        }
    }

    private static void Probe(JsonObject? probe, string path, string name, ICollection<FieldError> errors)
    {
        if (probe is null) return;
        var handlers = Handlers.Where(probe.ContainsKey).ToList();
        if (handlers.Count == 0) errors.Add(FieldError.Required(path, "must specify a handler type"));
        foreach (var more in handlers.Skip(1)) errors.Add(FieldError.Forbidden($"{path}.{more}", "may not specify more than 1 handler type"));
        foreach (var handler in (ReadOnlySpan<string>)["httpGet", "tcpSocket"])
        {
            if (probe.Object(handler) is not { } action) continue;
            if (action["port"].AsText() is { } text) ObjectMetaValidation.Add(errors, $"{path}.{handler}.port", text, ObjectNames.PortName(text));
            else ServiceValidation.PortNumber(action.Whole("port") ?? 0, $"{path}.{handler}.port", errors);
        }

        foreach (var field in (ReadOnlySpan<string>)["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"])
            PodValidation.NotNegative(probe, path, field, errors);
        if (name != "readinessProbe" && probe.Whole("successThreshold") is { } threshold && threshold != 1)
            errors.Add(FieldError.Invalid($"{path}.successThreshold", threshold, "must be 1"));
    }
}
