using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Kubernetes.Serialization;
using DpuCluster.Standalone.Workloads;
using Deployment = DpuCluster.Standalone.Workloads.Deployment;

namespace DpuCluster.Standalone.KamajiStandIn;

/// <summary>What Kamaji's status of a control plane says: functions of what there is. Each fills its own part and leaves the rest.</summary>
internal static class TenantReport
{
    /// <summary>The condition of the Service that tells whether the control plane listens where the Service says.</summary>
    public const string Listening = "Listening";

    private static readonly (string Component, string Field)[] Certificates =
    [
        ("ca", "ca"),
        ("front-proxy-ca-certificate", "frontProxyCA"),
        ("sa-certificate", "sa"),
        ("api-server-certificate", "apiServer"),
        ("api-server-kubelet-client-certificate", "apiServerKubeletClient"),
        ("front-proxy-client-certificate", "frontProxyClient"),
    ];

    /// <summary>The Service, the endpoint, and whether something listens there.</summary>
    public static TenantControlPlaneStatus WithService(
        this TenantControlPlaneStatus? status, TenantControlPlane tenant, Service? service, bool listens, string reason, string message, DateTimeOffset now)
    {
        status ??= new();
        var before = Part(status.KubernetesResources?.Extra, "service");
        var was = before["conditions"] is JsonArray conditions
            ? conditions.OfType<JsonObject>().FirstOrDefault(condition => (string?)condition["type"] == Listening)
            : null;
        var state = listens ? ConditionStatus.True : ConditionStatus.False;
        var port = tenant.Spec?.NetworkProfile?.Port ?? 6443;
        var report = new JsonObject
        {
            ["name"] = tenant.Metadata.Name,
            ["namespace"] = tenant.Metadata.Namespace,
            ["port"] = service?.Spec?.Ports is [{ Port: { } own }, ..] ? own : port,
            ["loadBalancer"] = new JsonObject(),
            ["conditions"] = new JsonArray(new JsonObject
            {
                ["type"] = Listening,
                ["status"] = state,
                ["reason"] = reason,
                ["message"] = message,
                ["lastTransitionTime"] = (string?)was?["status"] == state ? was?["lastTransitionTime"]?.DeepClone() : Time(now),
            }),
        };
        var address = tenant.Spec?.NetworkProfile?.Address is { Length: > 0 } given ? given : ClusterAddress(service);
        return status with
        {
            ControlPlaneEndpoint = address is null
                ? status.ControlPlaneEndpoint
                : string.Create(CultureInfo.InvariantCulture, $"{(address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address)}:{port}"),
            KubernetesResources = (status.KubernetesResources ?? new()) with { Extra = With(status.KubernetesResources?.Extra, "service", report) },
        };
    }

    /// <summary>The Secrets.</summary>
    public static TenantControlPlaneStatus WithSecrets(
        this TenantControlPlaneStatus status, TenantControlPlane tenant, IReadOnlyDictionary<string, ObjectMeta> secrets, DateTimeOffset now)
    {
        var certificates = Part(status.Extra, "certificates");
        foreach (var (component, field) in Certificates)
        {
            certificates[field] = SecretReport(certificates[field] as JsonObject, secrets.GetValueOrDefault(component), now);
        }

        var kubeconfigs = status.Kubeconfig ?? new();
        var admin = SecretReport(
            kubeconfigs.Admin is { } known ? new() { ["checksum"] = known.Checksum, ["lastUpdate"] = known.LastUpdate is { } at ? Time(at) : null } : null,
            secrets.GetValueOrDefault(TenantSecrets.AdminKubeconfig),
            now);
        var extra = kubeconfigs.Extra;
        foreach (var (component, field) in new[] { ("controller-manager-kubeconfig", "controllerManager"), ("scheduler-kubeconfig", "scheduler") })
        {
            extra = With(extra, field, SecretReport(Part(extra, field), secrets.GetValueOrDefault(component), now));
        }

        return status with
        {
            Extra = With(status.Extra, "certificates", certificates),
            Kubeconfig = kubeconfigs with
            {
                Admin = admin.Deserialize(ApiJsonContext.Default.TenantKubeconfig),
                Extra = extra,
            },
            Storage = (status.Storage ?? new()) with
            {
                DataStoreName = tenant.Spec?.DataStore is { Length: > 0 } store ? store : "default",
                Driver = "memory of the standalone environment",
            },
        };
    }

    /// <summary>The Deployment, and the state that follows from it.</summary>
    public static TenantControlPlaneStatus WithDeployment(this TenantControlPlaneStatus status, TenantControlPlane tenant, Deployment deployment, DateTimeOffset now)
    {
        var report = deployment.Status is { } reported
            ? JsonSerializer.SerializeToNode(reported, WorkloadJsonContext.Default.DeploymentStatus)!.AsObject()
            : [];
        report["name"] = deployment.Metadata.Name;
        report["namespace"] = deployment.Metadata.Namespace;
        report["selector"] = $"{KamajiNames.NameLabel}={tenant.Metadata.Name}";
        var before = status.KubernetesResources?.Deployment is { } known
            ? JsonSerializer.SerializeToNode(known, ApiJsonContext.Default.TenantDeploymentStatus)!.AsObject()
            : [];
        var last = before["lastUpdate"]?.DeepClone();
        before.Remove("lastUpdate");
        report["lastUpdate"] = last is not null && JsonNode.DeepEquals(before, report) ? last : Time(now);
        return status with
        {
            KubernetesResources = (status.KubernetesResources ?? new()) with { Deployment = report.Deserialize(ApiJsonContext.Default.TenantDeploymentStatus) },
        };
    }

    /// <summary>The state: Provisioning until it is ready for the first time, Upgrading from one version to the next, NotReady without any pod.</summary>
    /// <param name="status">The status so far.</param>
    /// <param name="tenant">The control plane.</param>
    /// <param name="deployment">Its pods; <see langword="null"/> where there are none yet.</param>
    /// <param name="listens">Whether the API server answers.</param>
    public static TenantControlPlaneStatus WithState(this TenantControlPlaneStatus? status, TenantControlPlane tenant, Deployment? deployment, bool listens)
    {
        status ??= new();
        var version = status.KubernetesResources?.Version ?? new();
        var wanted = tenant.Spec?.Kubernetes?.Version;
        var rolledOut = deployment is not null && TenantPods.IsCurrent(tenant, deployment) && TenantPods.IsRolledOut(deployment);
        var next = listens && rolledOut ? version with { Version = wanted, Status = TenantState.Ready }
            : string.IsNullOrEmpty(version.Version) ? version with { Status = TenantState.Provisioning }
            : version.Version != wanted ? version with { Status = TenantState.Upgrading }
            : !listens || (deployment?.Status?.ReadyReplicas ?? 0) == 0 ? version with { Status = TenantState.NotReady }
            : version;
        return status with
        {
            ObservedGeneration = tenant.Metadata.Generation,
            KubernetesResources = (status.KubernetesResources ?? new()) with { Version = next },
        };
    }

    private static JsonObject SecretReport(JsonObject? before, ObjectMeta? secret, DateTimeOffset now)
    {
        var checksum = secret?.Annotations?.GetValueOrDefault(KamajiNames.ChecksumAnnotation);
        return new()
        {
            ["secretName"] = secret?.Name,
            ["checksum"] = checksum,
            ["lastUpdate"] = (string?)before?["checksum"] == checksum && before?["lastUpdate"] is { } last ? last.DeepClone() : Time(now),
        };
    }

    private static string? ClusterAddress(Service? service) =>
        service?.Spec?.Extra?.TryGetValue("clusterIP", out var address) is true ? address.GetString() : null;

    private static JsonObject Part(Dictionary<string, JsonElement>? extra, string field) =>
        extra?.TryGetValue(field, out var part) is true && part.ValueKind == JsonValueKind.Object ? JsonObject.Create(part)! : [];

    private static Dictionary<string, JsonElement> With(Dictionary<string, JsonElement>? extra, string field, JsonObject part) => new(extra ?? [])
    {
        [field] = part.Deserialize(KubernetesJsonContext.Default.JsonElement),
    };

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
