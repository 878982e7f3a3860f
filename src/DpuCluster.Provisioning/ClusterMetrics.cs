using System.Diagnostics.Metrics;
using DpuCluster.Api;
using DpuCluster.Controllers.Informers;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Provisioning.Health;

namespace DpuCluster.Provisioning;

/// <summary>What a dashboard or an alert wants to know of every cluster, read from the informer's store when it is asked for.</summary>
internal static class ClusterMetrics
{
    public static void Register(Meter meter, ObjectStore<DPUCluster> clusters, ControlPlanes controlPlanes)
    {
        meter.CreateObservableGauge(
            "dpucluster_ready",
            () => clusters.All.Select(cluster => new Measurement<int>(
                cluster.Status?.Conditions.Find(ClusterConditionType.Ready)?.IsTrue is true ? 1 : 0,
                [.. Labels(cluster.Key), new("type", cluster.Spec.Type)])),
            description: "Whether DPUs can join the cluster: 1 if so, 0 if not.");
        meter.CreateObservableGauge(
            "dpucluster_phase",
            () => clusters.All.Select(cluster => new Measurement<int>(
                1, [.. Labels(cluster.Key), new("phase", cluster.Status?.Phase ?? ClusterPhase.Pending)])),
            description: "The phase that the cluster is in, as a label of the value 1.");
        meter.CreateObservableGauge(
            "dpucluster_nodes",
            () => clusters.All.Where(cluster => cluster.Status?.NodesCount is not null)
                .Select(cluster => new Measurement<int>(cluster.Status!.NodesCount!.Value, Labels(cluster.Key))),
            description: "Nodes that have joined the cluster.");
        meter.CreateObservableGauge(
            "dpucluster_client_certificate_expiration_timestamp_seconds",
            () => controlPlanes.CertificateExpiries.Select(entry => new Measurement<double>(
                entry.Expiry.ToUnixTimeSeconds(), Labels(entry.Cluster))),
            description: "When the client certificate in the cluster's admin kubeconfig ends, in seconds since 1970.");
    }

    private static KeyValuePair<string, object?>[] Labels(NamespacedName cluster) =>
        [new("namespace", cluster.Namespace), new("name", cluster.Name)];
}
