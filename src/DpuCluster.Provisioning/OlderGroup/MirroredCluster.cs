using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Controllers.Applying;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Provisioning.OlderGroup;

/// <summary>What the DPUCluster that an older one is mirrored into should be; pure.</summary>
internal static class MirroredCluster
{
    /// <summary>The cluster as it should be; <c>spec.kubeconfig</c> is in it only where the older object names a Secret.</summary>
    /// <remarks>
    /// It is owned so that nothing is left where the older object goes without us. The reference does not block the owner's deletion: our
    /// finalizer does that already, and where servers enforce it, blocking takes a permission of its own.
    /// </remarks>
    public static DPUCluster Desired(OlderDPUCluster older)
    {
        var kubeconfig = string.IsNullOrEmpty(older.Spec.Kubeconfig) ? null : older.Spec.Kubeconfig;

        // The fingerprint is of what comes from the older object alone: a name that comes back from the manager must not look like news.
        var signed = AppliedConfiguration.Sign(new DPUCluster
        {
            Metadata = new()
            {
                Namespace = older.Metadata.Namespace,
                Name = older.Metadata.Name,
                Labels = MirroredMetadata.Of(older.Metadata.Labels),
                Annotations = MirroredMetadata.Of(older.Metadata.Annotations),
                OwnerReferences = [Owner(older)],
            },
            Spec = older.Spec with { Kubeconfig = null },
        });
        return signed with { Spec = older.Spec with { Kubeconfig = kubeconfig } };
    }

    /// <summary>Whether a cluster is the one that this object is mirrored into.</summary>
    public static bool IsMirrorOf(this DPUCluster cluster, OlderDPUCluster older) => cluster.ControllerOwner?.Uid == older.Metadata.Uid;

    /// <summary>Whether a cluster is what another object of the older group, of the same name and gone by now, was mirrored into.</summary>
    public static bool IsLeftBy(this DPUCluster cluster, OlderDPUCluster older) =>
        cluster.ControllerOwner is { } owner
        && owner.ApiVersion == OlderDPUCluster.Resource.ApiVersion
        && owner.Kind == OlderDPUCluster.Resource.Kind
        && owner.Name == older.Metadata.Name
        && owner.Uid != older.Metadata.Uid;

    /// <summary>
    /// The fields of a cluster's spec that the older object does not have, as a merge patch that takes them away; empty where there are none.
    /// A <c>kubeconfig</c> is not among them: the cluster's manager sets it.
    /// </summary>
    public static JsonObject Surplus(DPUCluster live, DPUCluster desired)
    {
        var surplus = Surplus(SpecOf(live), SpecOf(desired));
        if (string.IsNullOrEmpty(desired.Spec.Kubeconfig))
        {
            surplus.Remove("kubeconfig");
        }

        return surplus;
    }

    private static JsonObject Surplus(JsonObject live, JsonObject desired)
    {
        var surplus = new JsonObject();
        foreach (var (field, value) in live)
        {
            if (!desired.TryGetPropertyValue(field, out var wanted))
            {
                surplus[field] = null;
            }
            else if (value is JsonObject inner && wanted is JsonObject of && Surplus(inner, of) is { Count: > 0 } below)
            {
                surplus[field] = below;
            }
        }

        return surplus;
    }

    private static JsonObject SpecOf(DPUCluster cluster) => (JsonObject)JsonSerializer.SerializeToNode(cluster, DPUCluster.JsonType)!["spec"]!;

    private static OwnerReference Owner(OlderDPUCluster older) => new()
    {
        ApiVersion = OlderDPUCluster.Resource.ApiVersion,
        Kind = OlderDPUCluster.Resource.Kind,
        Name = older.Metadata.Name!,
        Uid = older.Metadata.Uid!,
        Controller = true,
    };
}
