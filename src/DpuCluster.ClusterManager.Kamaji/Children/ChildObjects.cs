using DpuCluster.Api;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ClusterManager.Kamaji.Children;

/// <summary>Names, labels and owners that the objects of a cluster have in common.</summary>
internal static class ChildObjects
{
    /// <summary>On everything that is made for a cluster, with the cluster's name: by it the informers find these objects.</summary>
    public const string ClusterLabel = "dpu.nvidia.com/cluster";

    /// <summary>Name of the objects that keepalived is made of.</summary>
    public static string KeepalivedName(DPUCluster cluster) => $"{cluster.Metadata.Name}-keepalived";

    /// <summary>Name of the Secret that Kamaji puts the admin kubeconfig into.</summary>
    public static string AdminKubeconfigName(DPUCluster cluster) => $"{cluster.Metadata.Name}{AdminKubeconfigSuffix}";

    /// <summary>What the name of that Secret ends with.</summary>
    public const string AdminKubeconfigSuffix = "-admin-kubeconfig";

    /// <summary>Metadata of an object that the cluster alone controls.</summary>
    public static ObjectMeta Controlled(DPUCluster cluster, string name) => Owned(cluster, name) with { OwnerReferences = [Owner(cluster) with { Controller = true }] };

    /// <summary>Metadata of an object that another owner may control.</summary>
    public static ObjectMeta Owned(DPUCluster cluster, string name) => new()
    {
        Namespace = cluster.Metadata.Namespace,
        Name = name,
        Labels = new Dictionary<string, string> { [ClusterLabel] = cluster.Metadata.Name! },
        OwnerReferences = [Owner(cluster)],
    };

    /// <summary>Whether an object belongs to a cluster.</summary>
    public static bool IsOwnedBy(this IKubernetesObject value, DPUCluster cluster) =>
        value.Metadata.OwnerReferences?.Any(owner => owner.Uid == cluster.Metadata.Uid) is true;

    /// <summary>The keys of the clusters that own an object, as controller or not.</summary>
    public static IEnumerable<NamespacedName> OwnersOf(IKubernetesObject value) =>
        (value.Metadata.OwnerReferences ?? [])
            .Where(owner => owner.Kind == DPUCluster.Resource.Kind && owner.ApiVersion.StartsWith(DPUCluster.Resource.Group + "/", StringComparison.Ordinal))
            .Select(owner => new NamespacedName(value.Metadata.Namespace ?? "", owner.Name));

    private static OwnerReference Owner(DPUCluster cluster) => new()
    {
        ApiVersion = DPUCluster.Resource.ApiVersion,
        Kind = DPUCluster.Resource.Kind,
        Name = cluster.Metadata.Name!,
        Uid = cluster.Metadata.Uid!,
    };
}
