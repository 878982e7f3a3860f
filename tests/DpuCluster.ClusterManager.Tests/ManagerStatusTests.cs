using DpuCluster.Api;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ClusterManager.Tests;

public sealed class ManagerStatusTests
{
    private static readonly DateTimeOffset Earlier = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly DateTimeOffset Later = Earlier.AddHours(1);

    private static readonly DPUCluster Cluster = new()
    {
        Metadata = new() { Name = "c1", Namespace = "dpu", Generation = 3 },
        Spec = new() { Type = TestManager.TheType },
        Status = new()
        {
            Phase = ClusterPhase.Ready,
            Version = "v1.30.2",
            Conditions = [Condition(ClusterConditionType.Ready, ConditionStatus.True), Condition("SomebodyElses", ConditionStatus.False)],
        },
    };

    [Fact]
    public void Created_is_True_with_its_reason_and_the_generation_that_was_looked_at()
    {
        var created = With(Cluster, ClusterState.Created(message: "done")).ShouldHave(ClusterConditionType.Created);

        created.Status.ShouldBe(ConditionStatus.True);
        created.Reason.ShouldBe("Created");
        created.Message.ShouldBe("done");
        created.ObservedGeneration.ShouldBe(3);
    }

    [Fact]
    public void Creating_is_Created_False_with_reason_and_message()
    {
        var created = With(Cluster, ClusterState.Creating("WaitingForSite", "site 7 is booting")).ShouldHave(ClusterConditionType.Created);

        created.Status.ShouldBe(ConditionStatus.False);
        created.Reason.ShouldBe("WaitingForSite");
        created.Message.ShouldBe("site 7 is booting");
    }

    [Fact]
    public void Phase_Ready_version_and_the_conditions_of_others_stay()
    {
        var after = With(Cluster, ClusterState.Stalled("Bad", "bad").With("Own", true, "Own", ""));

        after.Status!.Phase.ShouldBe(ClusterPhase.Ready);
        after.Status.Version.ShouldBe("v1.30.2");
        after.ShouldHave(ClusterConditionType.Ready).ShouldBe(Cluster.Status!.Conditions![0]);
        after.ShouldHave("SomebodyElses").ShouldBe(Cluster.Status.Conditions[1]);
    }

    [Fact]
    public void LastTransitionTime_stays_while_only_reason_and_message_change()
    {
        var before = With(Cluster, ClusterState.Creating("One", "one"), Earlier);

        var after = With(before, ClusterState.Creating("Two", "two"), Later).ShouldHave(ClusterConditionType.Created);

        after.Reason.ShouldBe("Two");
        after.LastTransitionTime.ShouldBe(Earlier);
    }

    [Fact]
    public void LastTransitionTime_moves_with_the_status()
    {
        var before = With(Cluster, ClusterState.Creating("One", "one"), Earlier);

        With(before, ClusterState.Created(), Later).ShouldHave(ClusterConditionType.Created).LastTransitionTime.ShouldBe(Later);
    }

    [Fact]
    public void Stalled_is_True_with_the_same_reason_and_goes_when_it_no_longer_holds()
    {
        var stalled = With(Cluster, ClusterState.Stalled("InvalidSpec", "write something else"));

        stalled.ShouldHave(ClusterConditionType.Stalled).Reason.ShouldBe("InvalidSpec");
        stalled.ShouldHave(ClusterConditionType.Stalled).IsTrue.ShouldBeTrue();
        stalled.ShouldHave(ClusterConditionType.Created).IsTrue.ShouldBeFalse();
        With(stalled, ClusterState.Creating("Trying", "")).Status!.Conditions.Find(ClusterConditionType.Stalled).ShouldBeNull();
    }

    [Fact]
    public void Further_conditions_are_set_kept_while_not_mentioned_and_taken_away()
    {
        var set = With(Cluster, ClusterState.Created().With("KeepalivedReady", false, "RollingOut", "2 of 3"));
        set.ShouldHave("KeepalivedReady").Status.ShouldBe(ConditionStatus.False);

        var kept = With(set, ClusterState.Created());
        kept.ShouldHave("KeepalivedReady").Reason.ShouldBe("RollingOut");

        With(kept, ClusterState.Created().Without("KeepalivedReady")).Status!.Conditions.Find("KeepalivedReady").ShouldBeNull();
    }

    [Fact]
    public void The_same_state_again_changes_nothing()
    {
        var state = ClusterState.Stalled("Bad", "bad").With("Own", true, "Own", "");
        var once = With(Cluster, state, Earlier);

        With(once, state, Later).Status!.Conditions.ShouldBe(once.Status!.Conditions);
    }

    [Theory]
    [InlineData(ClusterConditionType.Ready)]
    [InlineData(ClusterConditionType.Created)]
    [InlineData(ClusterConditionType.Stalled)]
    public void Manager_cannot_set_conditions_that_are_not_its_own_to_set(string type)
    {
        Should.Throw<ArgumentException>(() => ClusterState.Created().With(type, true, "R", "")).Message.ShouldContain(type);
        Should.Throw<ArgumentException>(() => ClusterState.Created().Without(type));
    }

    private static DPUCluster With(DPUCluster cluster, ClusterState state, DateTimeOffset? now = null) => ManagerStatus.With(cluster, state, now ?? Later);

    private static Condition Condition(string type, string status) =>
        new() { Type = type, Status = status, Reason = "R", Message = "", LastTransitionTime = Earlier, ObservedGeneration = 1 };
}

internal static class ConditionAssertions
{
    public static Condition ShouldHave(this DPUCluster cluster, string conditionType) =>
        cluster.Status!.Conditions.Find(conditionType).ShouldNotBeNull();
}
