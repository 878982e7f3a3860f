using DpuCluster.Api;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Provisioning.Assessment;

namespace DpuCluster.Provisioning.Tests.Assessment;

public sealed class ClusterAssessmentTests
{
    private static readonly KubeconfigObservation Good = new KubeconfigObservation.Accepted(null);
    private static readonly HealthReport Healthy = new(HealthVerdict.Healthy, "", "v1.30.2", 3);
    private static readonly HealthReport Unhealthy = new(HealthVerdict.Unhealthy, "connection refused", null, null);

    [Fact]
    public void New_cluster_is_Creating_and_waits_for_its_manager()
    {
        var assessment = Assess(Clusters.New());

        assessment.Status.Phase.ShouldBe(ClusterPhase.Creating);
        assessment.Status.Ready().Status.ShouldBe(ConditionStatus.False);
        assessment.Status.Ready().Reason.ShouldBe("Creating");
        assessment.LookAgainIn.ShouldBe(TimeSpan.FromSeconds(30));
        assessment.Status.ObservedGeneration.ShouldBe(1);
    }

    [Fact]
    public void Cluster_that_no_manager_takes_within_30_s_says_so_and_names_the_type()
    {
        var waiting = Clusters.New("acme.example/fast").InPhase(ClusterPhase.Creating)
            .WithCondition(ClusterConditionType.Ready, ConditionStatus.False, "Creating", since: Clusters.Now - TimeSpan.FromSeconds(30));

        var assessment = Assess(waiting);

        assessment.Status.Phase.ShouldBe(ClusterPhase.Creating);
        assessment.Status.Ready().Reason.ShouldBe(ClusterReason.NoClusterManager);
        assessment.Status.Ready().Message.ShouldContain("acme.example/fast");
        assessment.LookAgainIn.ShouldBeNull();
    }

    [Fact]
    public void NoClusterManager_goes_when_a_manager_takes_the_cluster()
    {
        var taken = Clusters.New().InPhase(ClusterPhase.Creating)
            .WithCondition(ClusterConditionType.Ready, ConditionStatus.False, ClusterReason.NoClusterManager, since: Clusters.Now - TimeSpan.FromHours(1))
            .Taken();

        Assess(taken).Status.Ready().Reason.ShouldBe("Creating");
    }

    [Fact]
    public void Only_a_cluster_that_is_being_made_can_wait_to_hear_that_its_status_speaks_of_a_newer_generation()
    {
        var told = Clusters.New().Taken() with { Status = Assess(Clusters.New()).Status };
        var named = told.WithMetadata(told.Metadata with { Generation = 2 });
        var refused = named.WithCondition(ClusterConditionType.Created, ConditionStatus.False, ClusterReason.KubeconfigNotFound, generation: 2);
        var ready = Clusters.New().Created() with { Status = Assess(Clusters.New().Created(), Good, Healthy).Status };
        var edited = ready.WithMetadata(ready.Metadata with { Generation = 2 });

        Assess(named).RepeatsWhileCreating(named).ShouldBeTrue();
        Assess(named).Status.ObservedGeneration.ShouldBe(2, "it is only a matter of when it is written");
        Assess(told).RepeatsWhileCreating(told).ShouldBeFalse("there is nothing to write");
        Assess(refused).RepeatsWhileCreating(refused).ShouldBeFalse("the reason is another");
        Assess(edited, Good, Healthy).RepeatsWhileCreating(edited).ShouldBeFalse("nobody else is about to write");
    }

    [Fact]
    public void Condition_that_is_not_True_keeps_the_cluster_from_Ready_and_is_repeated_in_Ready()
    {
        var cluster = Clusters.New().InPhase(ClusterPhase.Creating).Taken()
            .WithCondition(ClusterConditionType.Created, ConditionStatus.False, ClusterReason.KubeconfigNotFound, "Secret x does not exist");

        var ready = Assess(cluster, Good, Healthy).Status.Ready();

        ready.Status.ShouldBe(ConditionStatus.False);
        ready.Message.ShouldBe("Created is False (KubeconfigNotFound): Secret x does not exist");
    }

    [Theory]
    [InlineData(ClusterConditionType.KeepalivedReady, ClusterPhase.NotReady)]
    [InlineData("acme.example/Licensed", ClusterPhase.NotReady)]
    [InlineData(ClusterConditionType.Upgraded, ClusterPhase.Ready)]
    public void Every_condition_of_a_manager_but_Upgraded_gates_readiness(string type, string phase)
    {
        var cluster = Clusters.New().InPhase(ClusterPhase.Ready).Created().WithCondition(type, ConditionStatus.False, "Because");

        Assess(cluster, Good, Healthy).Status.Phase.ShouldBe(phase);
    }

    [Fact]
    public void Healthy_cluster_is_Ready_with_version_and_nodes()
    {
        var status = Assess(Clusters.New().InPhase(ClusterPhase.Creating).Created(), Good, Healthy).Status;

        status.Phase.ShouldBe(ClusterPhase.Ready);
        status.Ready().Status.ShouldBe(ConditionStatus.True);
        status.Ready().Reason.ShouldBe(ClusterReason.HealthCheckPassed);
        status.Version.ShouldBe("v1.30.2");
        status.NodesCount.ShouldBe(3);
    }

    [Theory]
    [InlineData(ClusterPhase.Creating, ClusterPhase.Creating)]
    [InlineData(ClusterPhase.Ready, ClusterPhase.NotReady)]
    [InlineData(ClusterPhase.NotReady, ClusterPhase.NotReady)]
    public void Unhealthy_cluster_is_NotReady_if_it_was_Ready_once_and_Creating_before(string before, string after)
    {
        var status = Assess(Clusters.New().InPhase(before).Created(), Good, Unhealthy).Status;

        status.Phase.ShouldBe(after);
        status.Ready().Reason.ShouldBe(ClusterReason.HealthCheckFailed);
        status.Ready().Message.ShouldBe("connection refused");
    }

    [Fact]
    public void Version_and_nodes_of_an_unhealthy_cluster_stay_what_they_were()
    {
        var cluster = Clusters.New().InPhase(ClusterPhase.Ready).Created();
        cluster = cluster with { Status = cluster.Status! with { Version = "v1.30.2", NodesCount = 7 } };

        var status = Assess(cluster, Good, Unhealthy).Status;

        status.Version.ShouldBe("v1.30.2");
        status.NodesCount.ShouldBe(7);
    }

    [Fact]
    public void Ready_stands_while_nothing_is_known_after_a_restart()
    {
        var before = Clusters.New().InPhase(ClusterPhase.Ready).Created()
            .WithCondition(ClusterConditionType.Ready, ConditionStatus.True, ClusterReason.HealthCheckPassed, "as it was");

        Assess(before, Good, HealthReport.None).Status.ShouldBe(before.Status);
    }

    [Fact]
    public void Stalled_cluster_is_Failed_with_the_managers_reason()
    {
        var cluster = Clusters.New(ClusterType.Kamaji).InPhase(ClusterPhase.Creating).Taken()
            .WithCondition(ClusterConditionType.Created, ConditionStatus.False, "InvalidClusterEndpoint", "no address")
            .WithCondition(ClusterConditionType.Stalled, ConditionStatus.True, "InvalidClusterEndpoint", "no address");

        var status = Assess(cluster).Status;

        status.Phase.ShouldBe(ClusterPhase.Failed);
        status.Ready().Reason.ShouldBe("InvalidClusterEndpoint");
        status.Ready().Message.ShouldBe("no address");
    }

    [Fact]
    public void Failed_cluster_is_Creating_again_when_its_spec_changes()
    {
        var changed = Clusters.New(ClusterType.Kamaji, generation: 2).InPhase(ClusterPhase.Failed).Taken()
            .WithCondition(ClusterConditionType.Created, ConditionStatus.False, "InvalidClusterEndpoint", generation: 1)
            .WithCondition(ClusterConditionType.Stalled, ConditionStatus.True, "InvalidClusterEndpoint", generation: 1);

        Assess(changed).Status.Phase.ShouldBe(ClusterPhase.Creating);
    }

    [Fact]
    public void Created_cluster_without_a_named_Secret_is_not_Ready()
    {
        var status = Assess(Clusters.New().InPhase(ClusterPhase.Creating).Created(), new KubeconfigObservation.NotNamed(), HealthReport.None).Status;

        status.Phase.ShouldBe(ClusterPhase.Creating);
        status.Ready().Reason.ShouldBe(ClusterReason.EmptyKubeconfig);
    }

    [Fact]
    public void Refused_kubeconfig_makes_a_Ready_cluster_NotReady_with_the_rule_it_breaks()
    {
        var refused = new KubeconfigObservation.Refused(ClusterReason.KubeconfigInvalid, "Secret x: exec is refused");

        var status = Assess(Clusters.New().InPhase(ClusterPhase.Ready).Created(), refused, Healthy).Status;

        status.Phase.ShouldBe(ClusterPhase.NotReady);
        status.Ready().Reason.ShouldBe(ClusterReason.KubeconfigInvalid);
        status.Ready().Message.ShouldBe("Secret x: exec is refused");
    }

    [Fact]
    public void Cluster_that_is_being_deleted_is_not_Ready()
    {
        var status = Assess(Clusters.New().InPhase(ClusterPhase.Ready).Created().DeletedByUser(), Good, Healthy).Status;

        status.Phase.ShouldBe(ClusterPhase.NotReady);
        status.Ready().Reason.ShouldBe("Deleting");
    }

    [Fact]
    public void Deletion_of_which_no_manager_has_said_anything_for_30_s_says_what_it_waits_for()
    {
        var deleted = Clusters.New("static").InPhase(ClusterPhase.Ready).Created().DeletedByUser();
        deleted = deleted.WithMetadata(deleted.Metadata with { Generation = 2 });
        var speaks = deleted.WithCondition(ClusterConditionType.Created, ConditionStatus.False, "CleaningUp", generation: 2);
        var cleaned = deleted.WithMetadata(deleted.Metadata with { Finalizers = [ClusterFinalizer.Provisioning] });
        const string Plain = "the cluster is being deleted";

        var early = ClusterAssessment.Assess(deleted, new(Good, Healthy), Clusters.Now + TimeSpan.FromSeconds(10));
        early.Status.Ready().Message.ShouldBe(Plain);
        early.LookAgainIn.ShouldBe(TimeSpan.FromSeconds(20));
        early.Warnings.ShouldBeEmpty();

        var late = ClusterAssessment.Assess(deleted, new(Good, Healthy), Clusters.Now + TimeSpan.FromSeconds(30));
        late.Status.Ready().Reason.ShouldBe("Deleting", "some managers say nothing while they clean up");
        late.Status.Ready().Message.ShouldContain("type static");
        late.LookAgainIn.ShouldBeNull();
        late.Warnings.ShouldHaveSingleItem().Reason.ShouldBe("AwaitingCleanUp");

        ClusterAssessment.Assess(speaks, new(Good, Healthy), Clusters.Now + TimeSpan.FromHours(1)).Status.Ready().Message.ShouldBe(Plain);
        ClusterAssessment.Assess(cleaned, new(Good, Healthy), Clusters.Now + TimeSpan.FromHours(1)).Status.Ready().Message.ShouldBe(Plain);
    }

    [Fact]
    public void Assessing_twice_changes_nothing_more()
    {
        var cluster = Clusters.New().InPhase(ClusterPhase.Creating).Created();
        var once = Assess(cluster, Good, Healthy).Status;

        var later = ClusterAssessment.Assess(
            cluster with { Status = once }, new(Good, Healthy), Clusters.Now + TimeSpan.FromHours(1));

        later.Status.Ready().ShouldBe(once.Ready());
        later.Status.Phase.ShouldBe(once.Phase);
    }

    [Fact]
    public void Certificate_that_ends_within_30_days_is_a_warning_in_the_message_and_leaves_the_cluster_Ready()
    {
        var kubeconfig = new KubeconfigObservation.Accepted(new DateTimeOffset(2026, 12, 1, 8, 30, 0, TimeSpan.Zero));

        var assessment = Assess(Clusters.New().InPhase(ClusterPhase.Creating).Created(), kubeconfig, Healthy);

        assessment.Status.Phase.ShouldBe(ClusterPhase.Ready);
        assessment.Status.Ready().Message.ShouldContain("expires on 2026-12-01 08:30 UTC");
        assessment.Warnings.ShouldHaveSingleItem().Reason.ShouldBe("CertificateExpiring");
        assessment.Status.Conditions!.Count.ShouldBe(2, "a warning is never a condition of its own");
    }

    [Fact]
    public void Certificate_warning_comes_when_its_time_comes()
    {
        var kubeconfig = new KubeconfigObservation.Accepted(Clusters.Now + TimeSpan.FromDays(30) + TimeSpan.FromHours(5));

        Assess(Clusters.New().Created(), kubeconfig, Healthy).LookAgainIn.ShouldBe(TimeSpan.FromHours(5));
    }

    [Theory]
    [InlineData("v1.30.2", "v1.30.2", false)]
    [InlineData("1.30.2", "v1.30.2", false)]
    [InlineData("v1.30.2", "v1.30.2+k3s1", false)]
    [InlineData("v1.30.2+k3s1", "v1.30.2+k3s2", true)]
    [InlineData("v1.30.2", "v1.31.0", true)]
    public void Static_cluster_that_reports_another_version_is_warned_of(string wanted, string reported, bool warned)
    {
        var cluster = Clusters.New().InPhase(ClusterPhase.Creating).Created();
        cluster = cluster with { Spec = cluster.Spec with { Version = wanted } };

        var assessment = Assess(cluster, Good, Healthy with { Version = reported });

        assessment.Status.Phase.ShouldBe(ClusterPhase.Ready);
        assessment.Warnings.Any(warning => warning.Reason == "VersionMismatch").ShouldBe(warned);
    }

    private static ClusterAssessment Assess(DPUCluster cluster, KubeconfigObservation? kubeconfig = null, HealthReport? health = null) =>
        ClusterAssessment.Assess(cluster, new(kubeconfig ?? Good, health ?? HealthReport.None), Clusters.Now);
}
