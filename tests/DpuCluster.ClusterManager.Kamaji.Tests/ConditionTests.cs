using DpuCluster.Api;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.ClusterManager.Kamaji.Tests;

/// <summary>What a person reads when something is not as it should be, and that it heals.</summary>
public sealed class ConditionTests
{
    private const string Name = "dpu-cluster-1";

    [Fact]
    public async Task A_placeholder_for_the_virtual_IP_makes_the_cluster_Failed_until_it_is_corrected()
    {
        await using var world = await World.StartAsync();
        await world.CreateAsync(Clusters.Kamaji(endpoint: Clusters.Endpoint("dpucluster_vip")));

        var cluster = await world.Until<DPUCluster>(Name, cluster => cluster.Status?.Phase == ClusterPhase.Failed, "is Failed");
        cluster.Status!.Conditions.Find("Stalled")!.Reason.ShouldBe("InvalidClusterEndpoint");
        var created = cluster.Status.Conditions.Find("Created")!;
        created.Reason.ShouldBe("InvalidClusterEndpoint");
        created.Message.ShouldContain("\"dpucluster_vip\", which is no IP address: write");
        (await world.FindAsync<Service>(Name)).ShouldBeNull();

        await world.PatchAsync<DPUCluster>(Name, """{"spec":{"clusterEndpoint":{"keepalived":{"vip":"10.66.66.66"}}}}""");
        (await world.UntilReady(Name)).Status!.Conditions.Find("Stalled").ShouldBeNull();
    }

    [Fact]
    public async Task A_version_that_is_none_makes_the_cluster_Failed_until_it_is_corrected()
    {
        await using var world = await World.StartAsync();
        await world.CreateAsync(Clusters.Kamaji(version: "latest"));

        (await world.UntilSays(Name, "Stalled", "True", "InvalidVersion")).ShouldContain("such as v1.30.2");

        await world.Until<DPUCluster>(Name, cluster => cluster.Status?.Phase == ClusterPhase.Failed, "is Failed");
        await world.PatchAsync<DPUCluster>(Name, """{"spec":{"version":"v1.30.2"}}""");
        await world.UntilReady(Name);
    }

    [Theory]
    [InlineData("dpu.cluster")]
    [InlineData("1st")]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234")]
    public async Task A_name_that_no_Service_can_have_makes_the_cluster_Failed(string name)
    {
        await using var world = await World.StartAsync();
        await world.CreateAsync(Clusters.Kamaji(name, Clusters.Endpoint()));

        (await world.UntilSays(name, "Stalled", "True", "InvalidName")).ShouldContain("create it under a name");

        (await world.Until<DPUCluster>(name, cluster => cluster.Status?.Phase == ClusterPhase.Failed, "is Failed")).Spec.Kubeconfig.ShouldBeNullOrEmpty();
        await world.DeleteAsync<DPUCluster>(name);
        await world.UntilGone<DPUCluster>(name);
    }

    [Fact]
    public async Task Without_Kamaji_the_cluster_says_so_and_goes_on_when_it_is_installed()
    {
        await using var world = await World.StartAsync(kamajiInstalled: false);
        await world.CreateAsync(Clusters.Kamaji(endpoint: Clusters.Endpoint()));

        (await world.UntilSays(Name, "Created", "False", "KamajiNotInstalled")).ShouldContain("tenantcontrolplanes.kamaji.clastix.io: install Kamaji");

        await world.InstallAsync(ApiCrds.StandIns.Values.Single());
        await world.UntilReady(Name);
    }

    [Fact]
    public async Task What_belongs_to_somebody_else_is_named_and_never_touched()
    {
        await using var world = await World.StartAsync();
        var foreign = new Service { Metadata = new() { Namespace = Clusters.Namespace, Name = Name }, Spec = new() { Ports = [new() { Port = 80 }] } };
        var before = await world.Client.Resources<Service>().CreateAsync(foreign, null, default);
        await world.CreateAsync(Clusters.Kamaji());

        (await world.UntilSays(Name, "Created", "False", "NameConflict")).ShouldContain($"Service {Clusters.Namespace}/{Name}");

        (await world.GetAsync<Service>(Name)).Metadata.ResourceVersion.ShouldBe(before.Metadata.ResourceVersion);
        await world.DeleteAsync<DPUCluster>(Name);
        await world.UntilGone<DPUCluster>(Name);
        (await world.GetAsync<Service>(Name)).Metadata.ResourceVersion.ShouldBe(before.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task A_name_conflict_heals_when_the_other_object_goes()
    {
        await using var world = await World.StartAsync();
        await world.Client.Resources<ConfigMap>().CreateAsync(new() { Metadata = new() { Namespace = Clusters.Namespace, Name = $"{Name}-keepalived" } }, null, default);
        await world.CreateAsync(Clusters.Kamaji(endpoint: Clusters.Endpoint()));
        await world.UntilSays(Name, "Created", "False", "NameConflict");

        await world.DeleteAsync<ConfigMap>($"{Name}-keepalived");

        await world.UntilReady(Name);
    }

    [Fact]
    public async Task The_younger_of_two_with_one_virtual_IP_is_made_when_the_older_is_gone()
    {
        await using var world = await World.StartAsync();
        await world.CreateAsync(Clusters.Kamaji("a", Clusters.Endpoint(virtualRouterId: 1)));
        await world.UntilReady("a");
        await world.CreateAsync(Clusters.Kamaji("b", Clusters.Endpoint(virtualRouterId: 2)));

        (await world.UntilSays("b", "Created", "False", "EndpointConflict")).ShouldContain($"{Clusters.Namespace}/a");
        (await world.FindAsync<DaemonSet>("b-keepalived")).ShouldBeNull();

        await world.DeleteAsync<DPUCluster>("a");
        await world.UntilReady("b");
    }

    [Fact]
    public async Task Without_a_node_that_matches_the_condition_says_which_label_is_missing()
    {
        await using var world = await World.StartAsync();
        await world.CreateAsync(Clusters.Kamaji(endpoint: Clusters.Endpoint(nodeSelector: new Dictionary<string, string> { ["rack"] = "7" })));

        (await world.UntilSays(Name, "KeepalivedReady", "False", "NoMatchingNodes")).ShouldContain("rack=7");

        await world.Client.Resources<Node>().PatchAsync(
            null, "control-1", Kubernetes.Client.Patch.Merge(System.Text.Json.Nodes.JsonNode.Parse("""{"metadata":{"labels":{"rack":"7"}}}""")!), null, default);
        await world.UntilReady(Name);
    }

    [Fact]
    public async Task While_no_instance_of_keepalived_runs_the_cluster_is_not_Ready_and_says_why()
    {
        await using var world = await World.StartAsync();
        world.Nodes.Work = false;
        await world.CreateAsync(Clusters.Kamaji(endpoint: Clusters.Endpoint()));

        await world.UntilSays(Name, "KeepalivedReady", "False", "RollingOut");
        await world.UntilSays(Name, "Created", "True", "Created");
        (await world.GetAsync<DPUCluster>(Name)).Status!.Phase.ShouldBe(ClusterPhase.Creating);

        world.Nodes.Work = true;
        await world.UntilReady(Name);
    }

    [Fact]
    public async Task Created_is_True_only_when_the_kubeconfig_is_there()
    {
        await using var world = await World.StartAsync();
        world.Kamaji.WritesKubeconfig = false;
        await world.CreateAsync(Clusters.Kamaji());

        (await world.UntilSays(Name, "Created", "False", "WaitingForKubeconfig")).ShouldContain($"Secret {Name}-admin-kubeconfig");
        var cluster = await world.GetAsync<DPUCluster>(Name);
        cluster.Status!.Phase.ShouldBe(ClusterPhase.Creating);
        cluster.Spec.Kubeconfig.ShouldBe($"{Name}-admin-kubeconfig", "where it will be is known from the beginning");

        world.Kamaji.WritesKubeconfig = true;
        await world.UntilReady(Name);
    }

    [Theory]
    [InlineData("dpucluster_vip", "v1.30.2")]
    [InlineData("10.66.66.66", "latest")]
    public async Task A_spec_that_has_to_be_corrected_can_be_replaced_as_a_whole(string vip, string version)
    {
        await using var world = await World.StartAsync();
        await world.CreateAsync(Clusters.Kamaji(endpoint: Clusters.Endpoint(vip), version: version));
        var failed = await world.Until<DPUCluster>(Name, cluster => cluster.Status?.Phase == ClusterPhase.Failed, "is Failed");

        failed.Spec.Kubeconfig.ShouldBeNull();
        await world.Client.Resources<DPUCluster>().ReplaceAsync(
            failed with { Spec = Clusters.Kamaji(endpoint: Clusters.Endpoint()).Spec }, null, default);

        (await world.UntilReady(Name)).Spec.Kubeconfig.ShouldBe($"{Name}-admin-kubeconfig");
    }

    [Fact]
    public async Task An_upgrade_is_told_and_leaves_the_cluster_usable()
    {
        await using var world = await World.StartAsync();
        await world.CreateAsync(Clusters.Kamaji());
        await world.UntilReady(Name);
        world.Kamaji.Upgrades = false;

        await world.PatchAsync<DPUCluster>(Name, """{"spec":{"version":"v1.31.0"}}""");

        (await world.UntilSays(Name, "Upgraded", "False", "Upgrading")).ShouldContain("from v1.30.2 to v1.31.0");
        (await world.GetAsync<DPUCluster>(Name)).Status!.Phase.ShouldBe(ClusterPhase.Ready);
        world.Kamaji.Upgrades = true;
        (await world.UntilSays(Name, "Upgraded", "True", "Upgraded")).ShouldContain("v1.31.0");
    }

    [Theory]
    [InlineData("v1.29.0", "downgrade")]
    [InlineData("v1.32.0", "skipped")]
    public async Task A_downgrade_and_a_skipped_minor_are_refused_and_nothing_changes(string version, string message)
    {
        await using var world = await World.StartAsync();
        await world.CreateAsync(Clusters.Kamaji());
        await world.UntilReady(Name);

        await world.PatchAsync<DPUCluster>(Name, $$$"""{"spec":{"version":"{{{version}}}"}}""");

        (await world.UntilSays(Name, "Upgraded", "False", "UnsupportedVersionChange")).ShouldContain(message);
        (await world.GetAsync<TenantControlPlane>(Name)).Spec!.Kubernetes!.Version.ShouldBe("v1.30.2");
        (await world.GetAsync<DPUCluster>(Name)).Status!.Phase.ShouldBe(ClusterPhase.Ready);
    }
}
