using DpuCluster.Api;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Bench.Scenarios;

/// <summary>A site with static clusters: for each there is a Secret beforehand.</summary>
internal sealed class StaticSite(KubernetesClient host) : ClusterSite(host)
{
    /// <summary>Creates the Secrets of the clusters, one each, all with the admin kubeconfig of one tenant.</summary>
    public async Task CreateSecretsAsync(int count, ApiServerProcess tenant, CancellationToken cancellation)
    {
        var kubeconfig = await File.ReadAllBytesAsync(tenant.KubeconfigFile, cancellation);
        var secrets = Host.Resources<Secret>();
        await InParallelAsync(
            Enumerable.Range(0, count),
            index => secrets.CreateAsync(
                new()
                {
                    Metadata = new() { Name = NameOf(index), Namespace = Namespace },
                    Type = "Opaque",
                    Data = new Dictionary<string, byte[]> { ["admin.conf"] = kubeconfig },
                },
                null,
                cancellation),
            cancellation);
    }

    protected override DPUClusterSpec SpecOf(int index) => new() { Type = ClusterType.Static, Kubeconfig = NameOf(index) };
}
