using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Testing;
using DpuCluster.Testing.Servers;

namespace DpuCluster.Provisioning.Tests;

/// <summary>The life of a DPUCluster, as the provisioning controller leads it on a real API server.</summary>
public sealed class LifecycleTests(ProvisioningSite site) : IClassFixture<ProvisioningSite>
{
    private readonly string _name = site.NewName();

    private HostCluster Host => site.Host;

    [Fact]
    public async Task New_cluster_gets_the_finalizer_and_then_Creating()
    {
        var list = await Host.Clusters.ListAsync(HostCluster.Namespace, new() { Limit = 1 }, default);
        await Host.CreateAsync(_name);

        using var patience = new CancellationTokenSource(Eventually.Patience);
        await foreach (var change in Host.Clusters.WatchAsync(
            HostCluster.Namespace, new() { FieldSelector = $"metadata.name={_name}", ResourceVersion = list.ResourceVersion }, patience.Token))
        {
            if (change.Object?.Status?.Phase == ClusterPhase.Creating)
            {
                change.Object.HasFinalizer(ClusterFinalizer.Provisioning).ShouldBeTrue();
                change.Object.Status.Ready().Reason.ShouldBe("Creating");
                return;
            }
        }

        Assert.Fail("the watch ended early");
    }

    [Fact]
    public async Task Type_without_a_manager_is_named_30_s_after_Creating()
    {
        await Host.CreateAsync(_name, "acme.example/nobody");
        await Host.ReachesAsync(_name, ClusterPhase.Creating);

        // As if half a minute had passed.
        await Host.PatchStatusAsync(_name, (JsonObject)JsonNode.Parse("""
            {"conditions": [{"type": "Ready", "status": "False", "reason": "Creating", "message": "", "lastTransitionTime": "2026-01-02T03:04:05Z"}]}
            """)!);

        (await Host.BecomesAsync(_name, ClusterConditionType.Ready, ClusterReason.NoClusterManager)).Message.ShouldContain("acme.example/nobody");

        await Host.PatchAsync(_name, ProvisioningSite.Finalizers(ClusterFinalizer.Provisioning, ClusterFinalizer.ClusterManager));
        await Host.BecomesAsync(_name, ClusterConditionType.Ready, "Creating");
    }

    [Fact]
    public async Task Who_waits_for_the_observed_generation_of_a_cluster_that_is_being_made_does_not_wait_for_ever()
    {
        await Host.CreateAsync(_name, "acme.example/slow");
        await Host.ReachesAsync(_name, ClusterPhase.Creating);

        var edited = await Host.PatchAsync(_name, new() { ["spec"] = new JsonObject { ["maxNodes"] = 7 } });

        edited.Metadata.Generation.ShouldBe(2);
        var told = await Host.BecomesAsync(_name, one => one.Status!.ObservedGeneration == 2, "the status speaks of generation 2");
        told.Status!.Ready().ObservedGeneration.ShouldBe(2);
    }

    [Fact]
    public async Task Kubeconfig_that_breaks_a_rule_is_never_used()
    {
        await using var tenant = await ScriptedTenant.StartAsync();
        await site.CreateAsync(_name, tenant.Kubeconfig("token-1", kubeconfig => kubeconfig["users"]![0]!["user"]!["exec"] =
            new JsonObject { ["apiVersion"] = "client.authentication.k8s.io/v1", ["command"] = "/bin/true" }));

        var ready = await Host.BecomesAsync(_name, ClusterConditionType.Ready, ClusterReason.KubeconfigInvalid);
        ready.Message.ShouldContain("exec");
        (await Host.GetAsync(_name)).Status!.Phase.ShouldBe(ClusterPhase.Creating);
        tenant.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Secret_that_disappears_or_goes_bad_ends_the_use_of_its_credentials()
    {
        await using var tenant = await ScriptedTenant.StartAsync();
        await site.CreateAsync(_name, tenant.Kubeconfig());
        await Host.ReachesAsync(_name, ClusterPhase.Ready);

        await Host.Secrets.DeleteAsync(HostCluster.Namespace, _name, null, default);
        var ready = await Host.BecomesAsync(_name, ClusterConditionType.Ready, ClusterReason.KubeconfigNotFound);
        ready.Message.ShouldContain(_name);
        (await Host.GetAsync(_name)).Status!.Phase.ShouldBe(ClusterPhase.NotReady);
        await Eventually.Holds(() => tenant.Connections == 0, "nothing is held open");
        var asked = tenant.Requests.Count;

        await Host.PutSecretAsync(_name, "bad: bad");
        await Host.BecomesAsync(_name, ClusterConditionType.Ready, ClusterReason.KubeconfigInvalid);
        tenant.Requests.Count.ShouldBe(asked);

        await Host.PutSecretAsync(_name, tenant.Kubeconfig("token-2"));
        await Host.ReachesAsync(_name, ClusterPhase.Ready);
    }

    [Fact]
    public async Task Condition_of_a_third_party_gates_readiness_and_Upgraded_does_not()
    {
        await using var tenant = await ScriptedTenant.StartAsync();
        await site.CreateAsync(_name, tenant.Kubeconfig());
        await Host.ReachesAsync(_name, ClusterPhase.Ready);

        await site.ConditionIsAsync(_name, "StorageReady", ConditionStatus.False, "Degraded", "disk 3 is gone");
        (await Host.BecomesAsync(_name, ClusterConditionType.Ready, "ConditionNotMet")).Message.ShouldContain("disk 3 is gone");
        (await Host.GetAsync(_name)).Status!.Phase.ShouldBe(ClusterPhase.NotReady);

        await site.ConditionIsAsync(_name, ClusterConditionType.Upgraded, ConditionStatus.False, "Upgrading");
        await site.ConditionIsAsync(_name, "StorageReady", ConditionStatus.True, "Fine");
        await Host.ReachesAsync(_name, ClusterPhase.Ready);
    }

    [Fact]
    public async Task Stalled_cluster_is_Failed_until_its_spec_changes()
    {
        await Host.CreateAsync(_name, "acme.example/fast");
        await Host.ReachesAsync(_name, ClusterPhase.Creating);
        await Host.PatchAsync(_name, ProvisioningSite.Finalizers(ClusterFinalizer.Provisioning, ClusterFinalizer.ClusterManager));
        await site.ConditionIsAsync(_name, ClusterConditionType.Stalled, ConditionStatus.True, "InvalidSpec", "write something else");

        var failed = await Host.ReachesAsync(_name, ClusterPhase.Failed);
        failed.Status!.Ready().Reason.ShouldBe("InvalidSpec");

        await Host.PatchAsync(_name, new() { ["spec"] = new JsonObject { ["maxNodes"] = 7 } });
        await Host.ReachesAsync(_name, ClusterPhase.Creating);
    }

    [Fact]
    public async Task Deletion_waits_for_the_manager_stops_the_checks_and_leaves_the_Secret()
    {
        await using var tenant = await ScriptedTenant.StartAsync();
        await site.CreateAsync(_name, tenant.Kubeconfig());
        await Host.ReachesAsync(_name, ClusterPhase.Ready);

        await Host.DeleteAsync(_name);
        var deleting = await Host.BecomesAsync(_name, one => one.Status!.Ready().Reason == "Deleting", "Ready says so");
        deleting.Metadata.Finalizers.ShouldBe([ClusterFinalizer.Provisioning, ClusterFinalizer.ClusterManager], ignoreOrder: true);
        await Eventually.Holds(() => tenant.Connections == 0, "nothing is held open");
        var asked = tenant.Requests.Count;

        await Host.PatchAsync(_name, ProvisioningSite.Finalizers(ClusterFinalizer.Provisioning));
        await Host.IsGoneAsync(_name);
        tenant.Requests.Count.ShouldBe(asked);
        (await Host.Secrets.FindAsync(HostCluster.Namespace, _name, default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Foreign_finalizer_outlives_the_controllers_own()
    {
        await Host.CreateAsync(_name);
        await Host.ReachesAsync(_name, ClusterPhase.Creating);
        await Host.PatchAsync(_name, ProvisioningSite.Finalizers(ClusterFinalizer.Provisioning, "acme.example/foreign"));

        await Host.DeleteAsync(_name);

        var left = await Host.BecomesAsync(_name, one => !one.HasFinalizer(ClusterFinalizer.Provisioning), "its finalizer has gone");
        left.Metadata.Finalizers.ShouldBe(["acme.example/foreign"]);
    }

    [Fact]
    public async Task Controller_owns_neither_the_spec_nor_the_conditions_of_others()
    {
        await using var tenant = await ScriptedTenant.StartAsync();
        await site.CreateAsync(_name, tenant.Kubeconfig());
        var cluster = await Host.ReachesAsync(_name, ClusterPhase.Ready);

        var owned = string.Join('\n', cluster.Metadata.ManagedFields!.Value.EnumerateArray()
            .Where(entry => entry.GetProperty("manager").GetString() == "dpucluster-provisioning-controller")
            .Select(entry => entry.GetProperty("fieldsV1").GetRawText()));
        owned.ShouldContain("f:phase");
        owned.ShouldContain("""\"Ready\""");
        owned.ShouldNotContain("f:spec");
        owned.ShouldNotContain("""\"Created\""");
    }
}
