using System.Text.Json.Serialization.Metadata;
using DpuCluster.Api.Schema;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Api;

/// <summary>
/// Kamaji's object that stands for one Kubernetes control plane run as pods. Only the fields that this project writes or
/// reads have names here; all others are kept as they are.
/// </summary>
[CustomResource(OwnedBy = "Kamaji", ShortName = "tcp")]
[PrinterColumn("Version", "string", ".spec.kubernetes.version", "Kubernetes version that was asked for")]
[PrinterColumn("Installed Version", "string", ".status.kubernetesResources.version.version", "Kubernetes version that runs")]
[PrinterColumn("Status", "string", ".status.kubernetesResources.version.status", "state of the control plane")]
[PrinterColumn("Control-Plane endpoint", "string", ".status.controlPlaneEndpoint", "address and port of the API server")]
[PrinterColumn("Kubeconfig", "string", ".status.kubeconfig.admin.secretName", "Secret with the admin kubeconfig")]
[PrinterColumn("Datastore", "string", ".status.storage.dataStoreName", "data store in use")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp", "time since the object was created")]
public sealed record TenantControlPlane : KubernetesObject<TenantControlPlane>, IKubernetesObject<TenantControlPlane>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } =
        new("kamaji.clastix.io", "v1alpha1", "TenantControlPlane", "tenantcontrolplanes", Namespaced: true);

    /// <inheritdoc/>
    public static JsonTypeInfo<TenantControlPlane> JsonType => ApiJsonContext.Default.TenantControlPlane;

    /// <summary>What is wanted.</summary>
    public TenantControlPlaneSpec? Spec { get; init; }

    /// <summary>What is the case, as Kamaji sees it.</summary>
    public TenantControlPlaneStatus? Status { get; init; }
}
