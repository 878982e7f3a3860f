using DpuCluster.Api;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Bench.Scenarios;

/// <summary>A site with Kamaji clusters, each with a virtual IP of its own.</summary>
internal sealed class KamajiSite(KubernetesClient host) : ClusterSite(host)
{
    /// <summary>As many as one network has room for: 1 to 255 each stand for a virtual router.</summary>
    private const int RoutersAnInterface = 255;

    /// <summary>Also installs Kamaji's kind, and two nodes for control planes.</summary>
    public override async Task InstallAsync(CancellationToken cancellation)
    {
        await base.InstallAsync(cancellation);
        await DefineAsync(ApiCrds.StandIns, cancellation);
        await UntilServedAsync<TenantControlPlane>(cancellation);
        foreach (var name in new[] { "control-plane-1", "control-plane-2" })
        {
            await Host.Resources<Node>().CreateAsync(
                new() { Metadata = new() { Name = name, Labels = new Dictionary<string, string> { ["node-role.kubernetes.io/control-plane"] = "" } } },
                null,
                cancellation);
        }
    }

    protected override DPUClusterSpec SpecOf(int index) => new()
    {
        Type = ClusterType.Kamaji,
        MaxNodes = 10,
        Version = "v1.30.2",
        ClusterEndpoint = new()
        {
            Keepalived = new()
            {
                Interface = FormattableString.Invariant($"br-dpu{index / RoutersAnInterface}"),
                Vip = FormattableString.Invariant($"10.100.{index / 250}.{(index % 250) + 1}"),
                VirtualRouterId = (index % RoutersAnInterface) + 1,
            },
        },
    };
}
