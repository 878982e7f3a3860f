using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Serialization;
using DpuCluster.Standalone.Workloads;

namespace DpuCluster.Standalone.KamajiStandIn;

/// <summary>
/// The Deployment of a control plane. Its pods are simulated like any others, while the API server runs in this process; what they say
/// of nodes, selectors and taints is true all the same, and the control plane is ready only when they are.
/// </summary>
internal static class TenantPods
{
    /// <summary>The annotation that tells which Deployment was last written, so that an unchanged one is not written again.</summary>
    public const string AppliedAnnotation = "dpucluster.dev/applied";

    private static readonly string[] Components = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];

    public static Deployment Desired(TenantControlPlane tenant)
    {
        var name = tenant.Metadata.Name!;
        var wanted = tenant.Spec?.ControlPlane?.Deployment;
        var labels = KamajiNames.Labels(name, "deployment");
        var template = new PodTemplate
        {
            Metadata = new() { Labels = labels, Annotations = new Dictionary<string, string> { [Simulation.Annotation] = "true" } },
            Spec = new()
            {
                Affinity = wanted?.Affinity is { } affinity
                    ? JsonSerializer.SerializeToElement(affinity, KubernetesJsonContext.Default.Affinity).Deserialize(WorkloadJsonContext.Default.Affinity)
                    : null,
                Tolerations = wanted?.Tolerations is { } tolerations
                    ? [.. tolerations.Select(toleration => new Scheduling.Toleration
                    {
                        Key = toleration.Key,
                        Operator = toleration.Operator,
                        Value = toleration.Value,
                        Effect = toleration.Effect,
                        TolerationSeconds = toleration.TolerationSeconds,
                    })]
                    : null,
                Containers = [.. Components.Select(component => new PodContainer { Name = component, Image = $"{component}:{tenant.Spec?.Kubernetes?.Version}" })],
            },
        };
        var replicas = wanted?.Replicas ?? 2;
        return new()
        {
            Metadata = new()
            {
                Name = name,
                Namespace = tenant.Metadata.Namespace,
                Labels = labels,
                Annotations = new Dictionary<string, string> { [AppliedAnnotation] = $"{TemplateHash.Of(template)}-{replicas}" },
                OwnerReferences = [PodFactory.Owner(tenant, TenantControlPlane.Resource)],
            },
            Spec = new()
            {
                Replicas = replicas,
                Selector = new JsonObject { ["matchLabels"] = new JsonObject { [KamajiNames.NameLabel] = name } },
                Template = template,

                // A control plane never goes below its size while its pods are replaced.
                Strategy = new() { Type = "RollingUpdate", RollingUpdate = new() { MaxSurge = Percent(100), MaxUnavailable = Number(0) } },
            },
        };
    }

    /// <summary>Whether this is the Deployment that the control plane wants now, rather than that of an earlier version.</summary>
    public static bool IsCurrent(TenantControlPlane tenant, Deployment deployment) =>
        deployment.Metadata.Annotations?.GetValueOrDefault(AppliedAnnotation) == Desired(tenant).Metadata.Annotations![AppliedAnnotation];

    /// <summary>Whether all pods are there, of the newest template, and available.</summary>
    public static bool IsRolledOut(Deployment deployment) =>
        deployment.Status is { } status
        && status.ObservedGeneration == deployment.Metadata.Generation
        && (status.UnavailableReplicas ?? 0) == 0
        && (status.UpdatedReplicas ?? 0) == (deployment.Spec?.Replicas ?? 1)
        && (status.Replicas ?? 0) == (deployment.Spec?.Replicas ?? 1);

    private static JsonElement Percent(int number) => Element($"{number}%");

    private static JsonElement Number(int number) => Element(number);

    private static JsonElement Element(JsonNode node) => node.Deserialize(KubernetesJsonContext.Default.JsonElement);
}
