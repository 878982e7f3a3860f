using DpuCluster.Api;
using DpuCluster.ClusterManager.Kamaji.Keepalived;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ClusterManager.Kamaji.Tests;

/// <summary>DPUClusters to start from.</summary>
internal static class Clusters
{
    public const string Namespace = "dpf-operator-system";

    public static DPUCluster Kamaji(string name = "dpu-cluster-1", KeepalivedEndpoint? endpoint = null, string version = "v1.30.2") => new()
    {
        Metadata = new() { Namespace = Namespace, Name = name },
        Spec = new() { Type = ClusterType.Kamaji, MaxNodes = 10, Version = version, ClusterEndpoint = endpoint is null ? null : new() { Keepalived = endpoint } },
    };

    public static KeepalivedEndpoint Endpoint(
        string vip = "10.66.66.66", int virtualRouterId = 126, string @interface = "br-dpu", IReadOnlyDictionary<string, string>? nodeSelector = null) =>
        new() { Interface = @interface, Vip = vip, VirtualRouterId = virtualRouterId, NodeSelector = nodeSelector };

    public static KeepalivedSettings Settings(string vip = "10.66.66.66", string @interface = "br-dpu")
    {
        KeepalivedSettings.TryRead(Endpoint(vip, @interface: @interface), out var settings, out var problem).ShouldBeTrue(problem);
        return settings!;
    }

    /// <summary>The cluster as a server would keep it.</summary>
    public static DPUCluster Stored(this DPUCluster cluster, int age = 0) => cluster.WithMetadata(cluster.Metadata with
    {
        Uid = $"uid-{cluster.Metadata.Name}",
        CreationTimestamp = DateTimeOffset.UnixEpoch.AddHours(1) - TimeSpan.FromMinutes(age),
        Generation = 1,
    });

    public static IKubernetesObject Node(string name, params (string Key, string Value)[] labels) => new Kubernetes.Resources.PartialObjectMetadata
    {
        Metadata = new() { Name = name, Labels = labels.ToDictionary(label => label.Key, label => label.Value) },
    };
}
