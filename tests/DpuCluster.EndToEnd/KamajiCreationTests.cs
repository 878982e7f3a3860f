using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>A control plane that does not come up, for a while or for ever, and the end of clusters in every state.</summary>
public sealed class KamajiCreationTests(Site site) : IClassFixture<Site>
{
    /// <summary>A version that nobody ever published: its images cannot be pulled.</summary>
    private const string Unpublished = "v1.30.99";

    private readonly VirtualIp _endpoint = VirtualIp.Numbered(site.NewNumber());

    [ToolFact("kubectl")]
    public async Task Control_plane_that_never_becomes_ready_leaves_the_cluster_Creating_until_the_version_is_corrected()
    {
        var cluster = await Stuck();

        (await cluster.Says("Created", "False", "WaitingForKamaji")).ShouldContain($"TenantControlPlane {cluster.Name} is Provisioning");
        (await site.Kubectl.Value(cluster.This, "{.status.phase}")).ShouldBe("Creating");
        (await site.Kubectl.Value(cluster.This, "{.status.conditions[?(@.type=='Ready')].status}")).ShouldBe("False");
        (await site.Kubectl.Value($"-n {KamajiCluster.SystemNamespace} pods -l kamaji.clastix.io/name={cluster.Name}", "{.items[*].status.containerStatuses[0].state.waiting.reason}"))
            .ShouldContain("ImagePullBackOff");

        await cluster.Apply(_endpoint, "v1.30.2");
        await cluster.IsReady();
        (await (await cluster.Admin()).Run("version")).ShouldSucceed().Output.ShouldContain("v1.30.2+dpucluster");
        await cluster.Delete();
    }

    [ToolFact("kubectl")]
    public async Task Cluster_that_waits_for_its_control_plane_is_deleted_without_a_trace()
    {
        var cluster = await Stuck();
        await cluster.Says("Created", "False", "WaitingForKamaji");

        await cluster.Delete();
    }

    [ToolFact("kubectl")]
    public async Task Cluster_that_is_deleted_as_soon_as_it_is_created_leaves_no_trace()
    {
        foreach (var round in Enumerable.Range(1, 5))
        {
            var cluster = KamajiCluster.New(site, $"brief-{round}");
            await cluster.Apply(_endpoint);
            await cluster.Delete();
        }
    }

    [ToolFact("kubectl")]
    public async Task Cluster_that_is_Ready_is_deleted_without_a_trace_and_can_be_made_again()
    {
        var cluster = KamajiCluster.New(site, "again");
        foreach (var _ in Enumerable.Range(1, 2))
        {
            await cluster.Apply(_endpoint);
            await cluster.IsReady();
            await cluster.Delete();
        }
    }

    [ToolFact("kubectl")]
    public async Task Cluster_without_a_virtual_IP_becomes_Ready_and_its_kubeconfig_works()
    {
        var cluster = KamajiCluster.New(site, "plain");
        await cluster.Apply(endpoint: null);

        await cluster.IsReady();

        var dpu = await cluster.Admin();
        (await dpu.Run("create configmap joined --from-literal=a=b")).ShouldSucceed();
        (await dpu.Value("configmap joined", "{.data.a}")).ShouldBe("b");
        var port = await site.Kubectl.Value(cluster.Service, "{.spec.ports[0].nodePort}");
        (await dpu.Run("cluster-info")).ShouldSucceed().Output.ShouldContain($":{port}");
        (await site.Kubectl.Run($"get {cluster.DaemonSet} --ignore-not-found -o name")).ShouldSucceed().Output.ShouldBeEmpty();
        (await site.Kubectl.Value(cluster.This, "{.status.conditions[?(@.type=='KeepalivedReady')].status}")).ShouldBeEmpty();
        await cluster.Delete();
    }

    private async Task<KamajiCluster> Stuck()
    {
        (await site.Kubectl.Run($"annotate --overwrite nodes --all dpucluster.dev/missing-images=kube-apiserver:{Unpublished}")).ShouldSucceed();
        var cluster = KamajiCluster.New(site, "stuck");
        await cluster.Apply(_endpoint, Unpublished);
        return cluster;
    }
}
