using DpuCluster.Api;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing;

namespace DpuCluster.ClusterManager.Kamaji.Tests;

/// <summary>The life of a cluster, from create to deletion, against the embedded API server.</summary>
public sealed class LifeTests
{
    private const string Name = "dpu-cluster-1";
    private const string Keepalived = Name + "-keepalived";

    [Fact]
    public async Task A_cluster_with_a_virtual_IP_becomes_Ready_with_all_of_its_parts()
    {
        await using var world = await World.StartAsync();
        await world.CreateAsync(Clusters.Kamaji(endpoint: Clusters.Endpoint()));

        var cluster = await world.UntilReady(Name);

        cluster.Spec.Kubeconfig.ShouldBe($"{Name}-admin-kubeconfig");
        cluster.Status!.Conditions.Find(ClusterConditionType.KeepalivedReady)!.Reason.ShouldBe("Deployed");
        var service = await world.Until<Service>(Name, service => service.ControllerOwner?.Kind == "TenantControlPlane", "is adopted");
        var tenant = await world.GetAsync<TenantControlPlane>(Name);
        tenant.Spec!.NetworkProfile!.Address.ShouldBe("10.66.66.66");
        tenant.Spec.NetworkProfile.Port.ShouldBe(service.Spec!.Ports![0].NodePort);
        service.Metadata.OwnerReferences!.ShouldContain(owner => owner.Uid == cluster.Metadata.Uid);
        (await world.GetAsync<DaemonSet>(Keepalived)).ControllerOwner!.Uid.ShouldBe(cluster.Metadata.Uid);
    }

    [Fact]
    public async Task From_create_to_Ready_manager_and_provisioning_controller_write_nine_times_and_then_never()
    {
        await using var world = await World.StartAsync(clock: new SlowClock(20));
        await world.CreateAsync(Clusters.Kamaji(endpoint: Clusters.Endpoint()));
        var ready = await world.UntilReady(Name);

        (await world.ControllerWritesAsync()).ShouldBeLessThanOrEqualTo(9, string.Join("\n", await world.ControllerWriteLinesAsync()));
        ready.Status!.ObservedGeneration.ShouldBe(ready.Metadata.Generation);
        ready.Status.Conditions!.ShouldAllBe(condition => condition.ObservedGeneration == ready.Metadata.Generation);

        // Other clusters are made, and whatever follows from the last steps of this one has happened by then.
        await world.CreateAsync(Clusters.Kamaji("second", Clusters.Endpoint("10.66.66.67", 127)));
        await world.UntilReady("second");
        (await world.ControllerWritesAsync()).ShouldBeLessThanOrEqualTo(2 * 9, string.Join("\n", await world.ControllerWriteLinesAsync()));
        (await world.GetAsync<DPUCluster>(Name)).Metadata.ResourceVersion.ShouldBe(ready.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task The_manager_writes_six_times_for_a_cluster_and_never_without_need()
    {
        await using var world = await World.StartAsync(provisioning: false, clock: new SlowClock(20));
        await world.BeginAsync(Clusters.Kamaji(endpoint: Clusters.Endpoint()));
        await world.UntilSays(Name, "Created", "True", "Created");
        await world.Until<Service>(Name, service => service.ControllerOwner?.Kind == "TenantControlPlane", "is adopted");

        (await world.ControllerWritesAsync()).ShouldBeLessThanOrEqualTo(6, string.Join("\n", await world.ControllerWriteLinesAsync()));

        // Something that concerns the cluster happens, and leads to nothing but what another cluster costs.
        await world.PatchAsync<ConfigMap>(Keepalived, """{"metadata":{"labels":{"seen":"yes"}}}""");
        await world.BeginAsync(Clusters.Kamaji("other"));
        await world.UntilSays("other", "Created", "True", "Created");
        (await world.ControllerWritesAsync()).ShouldBeLessThanOrEqualTo(6 + 1 + 4, string.Join("\n", await world.ControllerWriteLinesAsync()));
    }

    [Fact]
    public async Task Children_that_are_deleted_or_edited_are_soon_as_before()
    {
        await using var world = await World.StartAsync();
        await world.CreateAsync(Clusters.Kamaji(endpoint: Clusters.Endpoint()));
        await world.UntilReady(Name);
        var port = (await world.GetAsync<TenantControlPlane>(Name)).Spec!.NetworkProfile!.Port;

        // Two seconds are the measure, on a machine that has time. A repair that did not follow from a watch would take many minutes.
        var soon = TimeSpan.FromSeconds(60);

        await world.DeleteAsync<ConfigMap>(Keepalived);
        await world.Until<ConfigMap>(Keepalived, map => map.Data!.ContainsKey("keepalived.conf"), "is back", soon);
        await world.DeleteAsync<DaemonSet>(Keepalived);
        await world.Until<DaemonSet>(Keepalived, set => !set.IsBeingDeleted, "is back", soon);
        await world.DeleteAsync<Service>(Name);
        await world.Until<Service>(Name, service => service.Spec!.Ports![0].NodePort == port, "is back with its node port", soon);

        await world.PatchAsync<ConfigMap>(Keepalived, """{"data":{"keepalived.conf":"edited"}}""");
        await world.Until<ConfigMap>(Keepalived, map => map.Data!["keepalived.conf"] != "edited", "is repaired", soon);
        await world.PatchAsync<DaemonSet>(Keepalived, """{"spec":{"template":{"spec":{"hostNetwork":false}}}}""");
        await world.Until<DaemonSet>(Keepalived, set => set.Spec!.Template!.Spec!.HostNetwork is true, "is repaired", soon);
        await world.PatchAsync<Service>(Name, """{"spec":{"selector":{"kamaji.clastix.io/name":"other"}}}""");
        await world.Until<Service>(Name, service => service.Spec!.Selector!["kamaji.clastix.io/name"] == Name, "is repaired", soon);
        await world.PatchAsync<TenantControlPlane>(Name, """{"spec":{"controlPlane":{"deployment":{"replicas":1}}}}""");
        await world.Until<TenantControlPlane>(Name, tenant => tenant.Spec!.ControlPlane!.Deployment!.Replicas == 3, "is repaired", soon);
        await world.PatchAsync<Service>(Name, """{"metadata":{"labels":{"dpu.nvidia.com/cluster":null}}}""");
        await world.Until<Service>(Name, service => service.Metadata.Labels!.ContainsKey("dpu.nvidia.com/cluster"), "is repaired", soon);
    }

    [Fact]
    public async Task A_control_plane_that_is_deleted_is_made_again_at_the_same_port()
    {
        await using var world = await World.StartAsync();
        await world.CreateAsync(Clusters.Kamaji(endpoint: Clusters.Endpoint()));
        await world.UntilReady(Name);
        var service = await world.Until<Service>(Name, service => service.ControllerOwner?.Kind == "TenantControlPlane", "is adopted");
        var first = await world.GetAsync<TenantControlPlane>(Name);

        await world.DeleteAsync<TenantControlPlane>(Name);

        var second = await Eventually.Get(
            () => world.FindAsync<TenantControlPlane>(Name), tenant => tenant is not null && tenant.Metadata.Uid != first.Metadata.Uid, "there is another one");
        second!.Spec!.NetworkProfile!.Port.ShouldBe(service.Spec!.Ports![0].NodePort);
        await world.Until<Service>(Name, service => service.ControllerOwner?.Uid == second.Metadata.Uid, "is adopted by the new one");
        (await world.GetAsync<Service>(Name)).Spec!.Ports!.ShouldHaveSingleItem().NodePort.ShouldBe(service.Spec.Ports[0].NodePort);
        await world.UntilReady(Name);
    }

    [Fact]
    public async Task A_changed_endpoint_is_carried_out_and_one_that_is_taken_away_leaves_nothing()
    {
        await using var world = await World.StartAsync();
        await world.CreateAsync(Clusters.Kamaji(endpoint: Clusters.Endpoint(nodeSelector: new Dictionary<string, string> { ["node-role.kubernetes.io/control-plane"] = "" })));
        await world.UntilReady(Name);

        await world.PatchAsync<DPUCluster>(Name, """{"spec":{"clusterEndpoint":{"keepalived":{"vip":"10.66.66.67","nodeSelector":null}}}}""");
        await world.Until<ConfigMap>(Keepalived, map => map.Data!["keepalived.conf"].Contains("10.66.66.67", StringComparison.Ordinal), "has the new address");
        await world.Until<TenantControlPlane>(Name, tenant => tenant.Spec!.NetworkProfile!.Address == "10.66.66.67", "has the new address");
        await world.Until<DaemonSet>(Keepalived, set => set.Spec!.Template!.Spec!.NodeSelector is null, "has no selector any more");

        await world.PatchAsync<DPUCluster>(Name, """{"spec":{"clusterEndpoint":null}}""");
        await world.UntilGone<DaemonSet>(Keepalived);
        await world.UntilGone<ConfigMap>(Keepalived);
        await world.Until<TenantControlPlane>(Name, tenant => tenant.Spec!.NetworkProfile is null or { Address: null }, "has no address any more");
        await world.Until<DPUCluster>(Name, cluster => cluster.Status!.Conditions.Find("KeepalivedReady") is null, "has no KeepalivedReady any more");
    }

    [Fact]
    public async Task A_DaemonSet_of_the_cluster_that_was_made_otherwise_keeps_its_selector_and_becomes_as_it_should_be()
    {
        await using var world = await World.StartAsync();
        await world.CreateAsync(Clusters.Kamaji());
        var cluster = await world.UntilReady(Name);
        var labels = new Dictionary<string, string> { ["app.kubernetes.io/name"] = "keepalived", ["made"] = "otherwise" };
        var made = await world.Client.Resources<DaemonSet>().ApplyAsync(
            new()
            {
                Metadata = new()
                {
                    Namespace = Clusters.Namespace,
                    Name = Keepalived,
                    OwnerReferences = [new() { ApiVersion = DPUCluster.Resource.ApiVersion, Kind = DPUCluster.Resource.Kind, Name = Name, Uid = cluster.Metadata.Uid! }],
                },
                Spec = new()
                {
                    Selector = new() { MatchLabels = labels },
                    Template = new() { Metadata = new() { Labels = labels }, Spec = new() { Containers = [new() { Name = "keepalived", Image = "another" }] } },
                },
            },
            new() { FieldManager = "kamaji-cluster-manager" },
            default);

        await world.PatchAsync<DPUCluster>(
            Name, """{"spec":{"clusterEndpoint":{"keepalived":{"interface":"br-dpu","vip":"10.66.66.66","virtualRouterID":126}}}}""");

        var now = await world.Until<DaemonSet>(Keepalived, daemonSet => daemonSet.Spec!.Template!.Spec!.Containers!.Count == 2, "has the check");
        now.Metadata.Uid.ShouldBe(made.Metadata.Uid);
        now.Spec!.Selector!.MatchLabels.ShouldBe(labels);
        await world.UntilSays(Name, "KeepalivedReady", "True", "Deployed");
    }

    [Fact]
    public async Task Deletion_leaves_nothing_behind()
    {
        await using var world = await World.StartAsync();
        await world.CreateAsync(Clusters.Kamaji(endpoint: Clusters.Endpoint()));
        await world.UntilReady(Name);

        await world.DeleteAsync<DPUCluster>(Name);

        await world.UntilGone<DPUCluster>(Name);
        (await world.FindAsync<TenantControlPlane>(Name)).ShouldBeNull();
        (await world.FindAsync<DaemonSet>(Keepalived)).ShouldBeNull();
        (await world.FindAsync<ConfigMap>(Keepalived)).ShouldBeNull();
        (await world.FindAsync<Service>(Name)).ShouldBeNull();
        (await world.FindAsync<Secret>($"{Name}-admin-kubeconfig")).ShouldBeNull();
    }

    [Fact]
    public async Task Deletion_says_what_is_left_and_waits_for_it()
    {
        await using var world = await World.StartAsync();
        await world.CreateAsync(Clusters.Kamaji(endpoint: Clusters.Endpoint()));
        await world.UntilReady(Name);
        world.Kamaji.Works = false;

        await world.DeleteAsync<DPUCluster>(Name);

        (await world.UntilSays(Name, "Created", "False", "CleaningUp")).ShouldContain($"TenantControlPlane {Name}");
        world.Kamaji.Works = true;
        await world.UntilGone<DPUCluster>(Name);
    }

    [Fact]
    public async Task Deletion_that_orphans_leaves_the_control_plane_as_it_is()
    {
        await using var world = await World.StartAsync();
        await world.CreateAsync(Clusters.Kamaji(endpoint: Clusters.Endpoint()));
        await world.UntilReady(Name);

        await world.Client.Resources<DPUCluster>().DeleteAsync(Clusters.Namespace, Name, new() { PropagationPolicy = "Orphan" }, default);

        await world.UntilGone<DPUCluster>(Name);
        foreach (var child in new IKubernetesObject?[]
        {
            await world.FindAsync<TenantControlPlane>(Name), await world.FindAsync<Service>(Name),
            await world.FindAsync<DaemonSet>(Keepalived), await world.FindAsync<ConfigMap>(Keepalived), await world.FindAsync<Secret>($"{Name}-admin-kubeconfig"),
        })
        {
            child.ShouldNotBeNull().IsBeingDeleted.ShouldBeFalse();
            (child.Metadata.OwnerReferences ?? []).ShouldNotContain(owner => owner.Kind == DPUCluster.Resource.Kind);
        }
    }

    [Fact]
    public async Task A_cluster_beside_a_control_plane_of_its_name_can_be_deleted_and_leaves_it_alone()
    {
        await using var world = await World.StartAsync();
        await world.CreateAsync(Clusters.Kamaji());
        var before = await world.UntilReady(Name);
        await world.Client.Resources<DPUCluster>().DeleteAsync(Clusters.Namespace, Name, new() { PropagationPolicy = "Orphan" }, default);
        await world.UntilGone<DPUCluster>(Name);
        await world.CreateAsync(Clusters.Kamaji());
        await world.UntilSays(Name, "Created", "False", "NameConflict");

        await world.DeleteAsync<DPUCluster>(Name);

        await world.UntilGone<DPUCluster>(Name);
        (await world.GetAsync<TenantControlPlane>(Name)).IsBeingDeleted.ShouldBeFalse();
        (await world.GetAsync<Secret>(before.Spec.Kubeconfig!)).IsBeingDeleted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_cluster_that_was_never_made_can_be_deleted()
    {
        await using var world = await World.StartAsync(kamajiInstalled: false);
        await world.CreateAsync(Clusters.Kamaji());
        await world.UntilSays(Name, "Created", "False", "KamajiNotInstalled");

        await world.DeleteAsync<DPUCluster>(Name);

        await world.UntilGone<DPUCluster>(Name);
    }
}
