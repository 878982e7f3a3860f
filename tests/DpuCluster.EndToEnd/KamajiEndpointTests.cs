using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>Clusters that are in each other's way, and clusters that no node fits.</summary>
public sealed class KamajiEndpointTests(Site site) : IClassFixture<Site>
{
    private readonly int _number = site.NewNumber();

    [ToolFact("kubectl")]
    public async Task Younger_of_two_with_one_virtual_IP_waits_and_is_made_when_the_older_has_another()
    {
        var (older, younger) = await Two(VirtualIp.Numbered(_number), VirtualIp.Numbered(_number) with { Router = 255 });

        (await younger.Says("Created", "False", "EndpointConflict")).ShouldContain($"{KamajiCluster.SystemNamespace}/{older.Name}");
        await NothingIsMadeFor(younger);
        await older.IsReady();

        await older.Apply(VirtualIp.Numbered(_number) with { Vip = "10.66.1.1" });
        await younger.IsReady();
        await younger.Says("KeepalivedReady", "True", "Deployed");
        await older.IsReady();
    }

    [ToolFact("kubectl")]
    public async Task Younger_of_two_with_one_virtual_IP_is_made_when_the_older_is_gone()
    {
        var (older, younger) = await Two(VirtualIp.Numbered(_number), VirtualIp.Numbered(_number));
        await younger.Says("Created", "False", "EndpointConflict");

        await older.Delete();

        await younger.IsReady();
        (await (await younger.Admin()).Run("get namespaces")).ShouldSucceed();
    }

    [ToolFact("kubectl")]
    public async Task Younger_of_two_with_one_router_id_on_the_same_nodes_waits_and_is_made_when_it_has_another()
    {
        var endpoint = VirtualIp.Numbered(_number);
        var (older, younger) = await Two(endpoint, endpoint with { Vip = "10.66.1.2" });

        var message = await younger.Says("Created", "False", "EndpointConflict");
        message.ShouldContain($"{KamajiCluster.SystemNamespace}/{older.Name}");
        message.ShouldContain($"virtualRouterID {endpoint.Router}");
        await NothingIsMadeFor(younger);

        await younger.Apply(endpoint with { Vip = "10.66.1.2", Router = 254 });
        await younger.IsReady();
    }

    [ToolFact("kubectl")]
    public async Task One_router_id_on_other_nodes_or_another_interface_is_no_conflict()
    {
        var endpoint = VirtualIp.Numbered(_number);
        var (_, elsewhere) = await Two(endpoint, endpoint with { Vip = "10.66.1.3", Nodes = (VirtualIp.ControlPlane, "true") });
        await elsewhere.IsReady();

        var beside = KamajiCluster.New(site, "beside");
        await beside.Apply(endpoint with { Vip = "10.66.1.4", Interface = "oob0" });
        await beside.IsReady();
    }

    [ToolFact("kubectl")]
    public async Task Cluster_that_takes_the_address_of_an_older_one_gives_its_own_up_until_it_has_another()
    {
        var endpoint = VirtualIp.Numbered(_number);
        var (older, younger) = await Two(endpoint, new("10.66.1.5", 253));
        await younger.IsReady();

        await younger.Apply(endpoint);
        (await younger.Says("Created", "False", "EndpointConflict")).ShouldContain(older.Name);
        await Eventually.Get(
            () => site.Kubectl.Run($"get {younger.DaemonSet} --ignore-not-found -o name"), result => result is { ExitCode: 0, Output: "" }, "the younger has no keepalived");

        await younger.Apply(new("10.66.1.5", 253));
        await younger.IsReady();
        await older.IsReady();
    }

    [ToolFact("kubectl")]
    public async Task Cluster_without_a_matching_node_says_so_and_becomes_Ready_when_a_node_is_labelled()
    {
        var cluster = KamajiCluster.New(site, "lonely");
        var label = $"example.test/{cluster.Name}";
        await cluster.Apply(VirtualIp.Numbered(_number) with { Nodes = (label, "here") });

        (await cluster.Says("KeepalivedReady", "False", "NoMatchingNodes")).ShouldContain($"{label}=here");
        (await site.Kubectl.Value(cluster.This, "{.status.phase}")).ShouldBe("Creating");

        (await site.Kubectl.Run($"label node control-plane-2 {label}=here")).ShouldSucceed();
        await cluster.IsReady();
        await cluster.Says("KeepalivedReady", "True", "Deployed");
        (await site.Kubectl.Value(cluster.DaemonSet, "{.status.numberReady}")).ShouldBe("1");

        (await site.Kubectl.Run($"label node control-plane-2 {label}-")).ShouldSucceed();
        await cluster.Says("KeepalivedReady", "False", "NoMatchingNodes");
        await site.Kubectl.HasValue(cluster.This, "{.status.phase}", "NotReady");
    }

    /// <summary>Two clusters, the first of which is older, by its name where both are of the same second.</summary>
    private async Task<(KamajiCluster Older, KamajiCluster Younger)> Two(VirtualIp first, VirtualIp second)
    {
        var (older, younger) = (KamajiCluster.New(site, "first"), KamajiCluster.New(site, "second"));
        await older.Apply(first);
        await older.IsReady();
        await younger.Apply(second);
        return (older, younger);
    }

    private async Task NothingIsMadeFor(KamajiCluster cluster)
    {
        foreach (var child in cluster.Children)
        {
            (await site.Kubectl.Run($"get {child} --ignore-not-found -o name")).ShouldSucceed().Output.ShouldBeEmpty();
        }
    }
}
