using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>Versions that cannot be reached from the one that runs, and the way back.</summary>
public sealed class KamajiVersionTests(Site site) : IClassFixture<Site>
{
    private const string Told = "{.spec.kubernetes.version}";

    [ToolTheory("kubectl")]
    [InlineData("v1.29.9", "downgrade")]
    [InlineData("v1.30.1", "downgrade")]
    [InlineData("v1.32.0", "v1.31.0")]
    [InlineData("v2.0.0", "v1.31.0")]
    public async Task Version_that_cannot_be_reached_is_refused_until_it_is_put_back(string version, string remedy)
    {
        var (cluster, endpoint) = await Running();

        await cluster.Apply(endpoint, version);

        (await cluster.Says("Upgraded", "False", "UnsupportedVersionChange")).ShouldContain(remedy);
        (await site.Kubectl.Value(cluster.Tenant, Told)).ShouldBe("v1.30.2");
        await cluster.IsReady();

        await cluster.Apply(endpoint);
        (await cluster.Says("Upgraded", "True", "Upgraded")).ShouldContain("v1.30.2");
        await cluster.IsReady();
    }

    [ToolFact("kubectl")]
    public async Task Skipped_minor_is_reached_in_two_steps()
    {
        var (cluster, endpoint) = await Running();
        await cluster.Apply(endpoint, "v1.32.1");
        await cluster.Says("Upgraded", "False", "UnsupportedVersionChange");

        await cluster.Apply(endpoint, "v1.31.4");
        await cluster.Runs("v1.31.4");
        await cluster.Says("Upgraded", "True", "Upgraded");
        await cluster.Apply(endpoint, "v1.32.1");
        await cluster.Runs("v1.32.1");

        await cluster.Says("Upgraded", "True", "Upgraded");
        await cluster.IsReady();
        (await (await cluster.Admin()).Run("version")).ShouldSucceed().Output.ShouldContain("v1.32.1+dpucluster");
    }

    [ToolFact("kubectl")]
    public async Task Upgrade_behind_the_managers_back_is_not_taken_back_but_told()
    {
        var (cluster, endpoint) = await Running();

        (await site.Kubectl.RunWith(["patch", .. cluster.Tenant.Split(' '), "--type=merge", "-p", """{"spec":{"kubernetes":{"version":"v1.31.0"}}}"""])).ShouldSucceed();

        (await cluster.Says("Upgraded", "False", "UnsupportedVersionChange")).ShouldContain("v1.31.0");
        await cluster.Runs("v1.31.0");
        await cluster.Apply(endpoint, "v1.31.0");
        await cluster.Says("Upgraded", "True", "Upgraded");
        await cluster.IsReady();
    }

    private async Task<(KamajiCluster Cluster, VirtualIp Endpoint)> Running()
    {
        var (cluster, endpoint) = (KamajiCluster.New(site, "version"), VirtualIp.Numbered(site.NewNumber()));
        await cluster.Apply(endpoint);
        await cluster.IsReady();
        return (cluster, endpoint);
    }
}
