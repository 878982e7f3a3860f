using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Testing;
using DpuCluster.Testing.Servers;

namespace DpuCluster.ClusterManager.Tests;

/// <summary>The shared reconciler against a real API server.</summary>
public sealed class SharedReconcilerTests(ManagerSite site) : IClassFixture<ManagerSite>
{
    private readonly string _name = site.NewName();

    private HostCluster Host => site.Host;

    [Fact]
    public async Task Finalizer_is_there_before_the_manager_is_called()
    {
        await site.CreateAsync(_name);

        await Host.BecomesAsync(_name, ClusterConditionType.Created, ClusterReason.Created);
        site.Manager.Seen(_name)[0].HasFinalizer(ClusterFinalizer.ClusterManager).ShouldBeTrue();
    }

    [Theory]
    [InlineData(ClusterPhase.Pending)]
    [InlineData(ClusterPhase.Failed)]
    public async Task Nothing_is_done_in_a_phase_in_which_managers_do_not_act(string phase)
    {
        await Host.CreateAsync(_name, TestManager.TheType);
        var before = site.Running.Reconciliations;
        await Host.PatchStatusAsync(_name, new() { ["phase"] = phase });
        await Host.PatchAsync(_name, new() { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["a"] = "b" } } });
        await Eventually.Holds(() => site.Running.Reconciliations > before, "the cluster has been looked at");

        site.Manager.Seen(_name).ShouldBeEmpty();
        (await Host.GetAsync(_name)).Metadata.Finalizers.ShouldBeNull();

        await Host.PatchStatusAsync(_name, new() { ["phase"] = ClusterPhase.Creating });
        await Host.BecomesAsync(_name, ClusterConditionType.Created, ClusterReason.Created);
        site.Manager.Seen(_name)[0].Status!.Phase.ShouldBe(ClusterPhase.Creating);
    }

    [Theory]
    [InlineData(ClusterPhase.Creating)]
    [InlineData(ClusterPhase.Ready)]
    [InlineData(ClusterPhase.NotReady)]
    public async Task Manager_is_called_in_every_phase_in_which_managers_act(string phase)
    {
        await site.CreateAsync(_name, phase);

        await Host.BecomesAsync(_name, ClusterConditionType.Created, ClusterReason.Created);
    }

    [Fact]
    public async Task Clusters_of_other_types_are_left_alone()
    {
        await Host.CreateAsync(_name, ClusterType.Static);
        await Host.PatchStatusAsync(_name, new() { ["phase"] = ClusterPhase.Creating });
        var other = await Host.GetAsync(_name);

        // A cluster that comes later is done: then this one has been passed over.
        var later = site.NewName();
        await site.CreateAsync(later);
        await Host.BecomesAsync(later, ClusterConditionType.Created, ClusterReason.Created);

        site.Manager.Seen(_name).ShouldBeEmpty();
        (await Host.GetAsync(_name)).Metadata.ResourceVersion.ShouldBe(other.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Manager_owns_neither_the_phase_nor_Ready()
    {
        site.Manager.Says(_name, ClusterState.Creating("WaitingForSite", "booting").With("Own", true, "Own", ""));
        await site.CreateAsync(_name, ClusterPhase.Ready);
        await Host.SetConditionAsync(_name, ClusterConditionType.Ready, ConditionStatus.True, "HealthCheckPassed");
        await Host.BecomesAsync(_name, ClusterConditionType.Created, "WaitingForSite");
        site.Manager.Says(_name, ClusterState.Stalled("Bad", "bad"));
        await site.NudgeAsync(_name, 1);
        var cluster = await Host.BecomesAsync(_name, one => one.Status!.Conditions.Find(ClusterConditionType.Stalled) is not null, "Stalled is set");

        var owned = ManagerSite.OwnedBy(ManagerSite.ManagerName, cluster);
        owned.ShouldContain("Created");
        owned.ShouldContain("Stalled");
        owned.ShouldNotContain("f:phase");
        owned.ShouldNotContain("""\"Ready\""");
        cluster.Status!.Phase.ShouldBe(ClusterPhase.Ready);
        cluster.Status.Conditions.Find(ClusterConditionType.Ready)!.IsTrue.ShouldBeTrue();
    }

    [Fact]
    public async Task Kubeconfig_is_named_before_Created_is_True()
    {
        site.Manager.Says(_name, ClusterState.Created("the-kubeconfig"));
        var list = await Host.Clusters.ListAsync(HostCluster.Namespace, new() { Limit = 1 }, default);
        await site.CreateAsync(_name);

        using var patience = new CancellationTokenSource(Eventually.Patience);
        var named = false;
        await foreach (var change in Host.Clusters.WatchAsync(
            HostCluster.Namespace, new() { FieldSelector = $"metadata.name={_name}", ResourceVersion = list.ResourceVersion }, patience.Token))
        {
            named |= change.Object?.Spec.Kubeconfig == "the-kubeconfig";
            if (change.Object is { } cluster && ManagerSite.Created(cluster)?.IsTrue is true)
            {
                cluster.Spec.Kubeconfig.ShouldBe("the-kubeconfig");
                named.ShouldBeTrue();
                return;
            }
        }

        Assert.Fail("the watch ended before Created was True");
    }

    [Fact]
    public async Task Kubeconfig_whose_name_is_certain_is_named_by_the_write_that_adds_the_finalizer()
    {
        site.Manager.Secrets[_name] = "the-kubeconfig";
        site.Manager.Says(_name, ClusterState.Creating("Waiting", "not there yet"));
        var created = await site.CreateAsync(_name);
        await Host.BecomesAsync(_name, ClusterConditionType.Created, "Waiting");

        var taken = site.Manager.Seen(_name)[0];
        taken.HasFinalizer(ClusterFinalizer.ClusterManager).ShouldBeTrue();
        taken.Spec.Kubeconfig.ShouldBe("the-kubeconfig");
        taken.Metadata.Generation.ShouldBe(created.Metadata.Generation + 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Kubeconfig_that_is_set_already_stays(bool named)
    {
        if (named)
        {
            site.Manager.Secrets[_name] = "the-kubeconfig";
        }

        site.Manager.Says(_name, ClusterState.Created("the-kubeconfig"));
        await site.CreateAsync(_name, kubeconfig: "the-users");

        await Host.BecomesAsync(_name, ClusterConditionType.Created, ClusterReason.Created);
        (await Host.GetAsync(_name)).Spec.Kubeconfig.ShouldBe("the-users");
    }

    [Fact]
    public async Task Stalled_is_set_and_taken_away()
    {
        site.Manager.Says(_name, ClusterState.Stalled("InvalidSpec", "write something else"));
        await site.CreateAsync(_name);
        (await Host.BecomesAsync(_name, ClusterConditionType.Stalled, "InvalidSpec")).Message.ShouldBe("write something else");

        site.Manager.Says(_name, ClusterState.Created());
        await site.NudgeAsync(_name, 1);

        await Host.BecomesAsync(_name, one => one.Status!.Conditions.Find(ClusterConditionType.Stalled) is null, "Stalled has gone");
        await Host.BecomesAsync(_name, ClusterConditionType.Created, ClusterReason.Created);
    }

    [Fact]
    public async Task Events_tell_of_an_upgrade_which_Ready_says_nothing_of()
    {
        site.Manager.Says(_name, ClusterState.Created().With(ClusterConditionType.Upgraded, false, ClusterReason.Upgrading, "on its way"));
        await site.CreateAsync(_name);
        await TellsAsync("Normal", ClusterReason.Upgrading, "on its way");

        site.Manager.Says(_name, ClusterState.Created().With(ClusterConditionType.Upgraded, false, "TooFar", "one version at a time"));
        await site.NudgeAsync(_name, 1);
        await TellsAsync("Warning", "TooFar", "one version at a time");

        Task TellsAsync(string type, string reason, string note) => Eventually.Get(
            () => Host.EventsAsync(_name), all => all.Any(one => one.Type == type && one.Reason == reason && one.Note == note), $"an event says {reason}");
    }

    [Fact]
    public async Task Clean_up_is_waited_for_and_then_only_the_managers_finalizer_goes()
    {
        var left = "2 machines";
        site.Manager.CleansUp(_name, _ => Volatile.Read(ref left) is { Length: > 0 } what ? CleanUp.Waiting(what, TimeSpan.FromMilliseconds(20)) : CleanUp.Done);
        await site.CreateAsync(_name);
        await Host.BecomesAsync(_name, ClusterConditionType.Created, ClusterReason.Created);
        await Host.PatchAsync(_name, new()
        {
            ["metadata"] = new JsonObject { ["finalizers"] = new JsonArray("acme.example/foreign", ClusterFinalizer.ClusterManager, ClusterFinalizer.Provisioning) },
        });

        await Host.DeleteAsync(_name);
        (await Host.BecomesAsync(_name, ClusterConditionType.Created, "CleaningUp")).Message.ShouldContain("2 machines");
        (await Host.GetAsync(_name)).HasFinalizer(ClusterFinalizer.ClusterManager).ShouldBeTrue();

        Volatile.Write(ref left, "");
        var cluster = await Host.BecomesAsync(_name, one => !one.HasFinalizer(ClusterFinalizer.ClusterManager), "the manager's finalizer has gone");
        cluster.Metadata.Finalizers.ShouldBe(["acme.example/foreign", ClusterFinalizer.Provisioning]);
    }

    [Fact]
    public async Task Cluster_that_is_deleted_while_Failed_is_cleaned_up_too()
    {
        await site.CreateAsync(_name);
        await Host.BecomesAsync(_name, ClusterConditionType.Created, ClusterReason.Created);
        await Host.PatchStatusAsync(_name, new() { ["phase"] = ClusterPhase.Failed });

        await Host.DeleteAsync(_name);

        await Host.IsGoneAsync(_name);
    }

    [Fact]
    public async Task Exception_of_the_manager_is_logged_and_the_call_repeated()
    {
        var calls = 0;
        site.Manager.Does(_name, _ => Interlocked.Increment(ref calls) <= 2
            ? throw new InvalidOperationException($"the cloud is away, says {_name}")
            : Task.FromResult(ClusterState.Created()));
        await site.CreateAsync(_name);

        await Host.BecomesAsync(_name, ClusterConditionType.Created, ClusterReason.Created);
        calls.ShouldBeGreaterThanOrEqualTo(3);
        site.Running.Logs.Text.ShouldContain($"the cloud is away, says {_name}");
    }

    [Fact]
    public async Task Manager_that_asks_for_it_is_called_again_though_nothing_has_happened()
    {
        site.Manager.Says(_name, ClusterState.Creating("WaitingForSite", "booting").After(TimeSpan.FromMilliseconds(20)));
        await site.CreateAsync(_name);

        await Eventually.Holds(() => site.Manager.Seen(_name).Count >= 5, "the manager is called again and again");
        site.Manager.Says(_name, ClusterState.Created());
        await Host.BecomesAsync(_name, ClusterConditionType.Created, ClusterReason.Created);
    }

    [Fact]
    public async Task Condition_that_somebody_else_writes_meanwhile_is_not_lost()
    {
        var first = true;
        site.Manager.Does(_name, async _ =>
        {
            if (first)
            {
                first = false;
                await Host.SetConditionAsync(_name, "SomebodyElses", ConditionStatus.True, "Meanwhile");
            }

            return ClusterState.Created();
        });
        await site.CreateAsync(_name);

        await Host.BecomesAsync(_name, ClusterConditionType.Created, ClusterReason.Created);
        (await Host.GetAsync(_name)).Status!.Conditions.Find("SomebodyElses").ShouldNotBeNull().Reason.ShouldBe("Meanwhile");
    }

    [Fact]
    public async Task In_steady_state_nothing_is_written()
    {
        site.Manager.Says(_name, ClusterState.Created("the-kubeconfig").With("Own", true, "Own", ""));
        await site.CreateAsync(_name);
        await Host.BecomesAsync(_name, ClusterConditionType.Created, ClusterReason.Created);
        await site.NudgeAsync(_name, 1);
        var before = await Host.WritesAsync();

        await site.NudgeAsync(_name, 3);

        await Host.HasWrittenAsync(before, 3, "the test itself has written three times");
    }

    [Fact]
    public async Task Change_is_told_in_an_event()
    {
        site.Manager.Says(_name, ClusterState.Creating("WaitingForSite", "site 7 is booting"));
        await site.CreateAsync(_name);

        var events = await Eventually.Get(() => Host.EventsAsync(_name), all => all.Count > 0, "there is an event");
        events[0].Reason.ShouldBe("WaitingForSite");
        events[0].Note.ShouldBe("site 7 is booting");
        events[0].Type.ShouldBe("Warning");
    }
}
