using DpuCluster.Api;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Testing;
using DpuCluster.Testing.Servers;

namespace DpuCluster.Provisioning.Tests.OlderGroup;

/// <summary>Where a mirror cannot be made, and where one of the two goes.</summary>
public sealed class MirrorConflictTests(OlderSite site) : IClassFixture<OlderSite>
{
    private HostCluster Host => site.Host;

    [Fact]
    public async Task Cluster_of_somebody_else_is_named_never_touched_and_its_end_heals_the_conflict()
    {
        await Host.CreateAsync("taken", kubeconfig: "theirs");
        var theirs = await Host.BecomesAsync("taken", one => one.Status?.Phase == ClusterPhase.Creating && one.HasFinalizer(ClusterFinalizer.Provisioning), "stands");

        await site.CreateAsync("taken");

        var condition = await site.BecomesAsync("taken", MirrorReason.NameConflict);
        condition.Status.ShouldBe(ConditionStatus.False);
        condition.Message.ShouldContain($"DPUCluster {HostCluster.Namespace}/taken of provisioning.dpu.nvidia.com exists");
        var older = await site.GetAsync("taken");
        older.Status!.Phase.ShouldBe(ClusterPhase.Failed);
        older.Status.Conditions.Find(ClusterConditionType.Ready)!.Reason.ShouldBe(MirrorReason.NameConflict);
        await Eventually.Get(
            () => Host.EventsAsync("taken"),
            events => events.Any(one => one is { Type: "Warning", Reason: MirrorReason.NameConflict } && one.Regarding!.Uid == older.Metadata.Uid),
            "an event tells");
        var untouched = await Host.GetAsync("taken");
        untouched.Spec.Kubeconfig.ShouldBe("theirs");
        untouched.Metadata.OwnerReferences.ShouldBeNull();
        untouched.Metadata.Generation.ShouldBe(theirs.Metadata.Generation);

        await Host.DeleteAsync("taken");

        await site.BecomesAsync("taken", MirrorReason.Mirrored);
        (await Host.GetAsync("taken")).Spec.Kubeconfig.ShouldBe("taken");
        (await site.BecomesAsync("taken", one => one.Status!.Phase == ClusterPhase.Creating, "goes on")).Status!.Phase.ShouldBe(ClusterPhase.Creating);
    }

    [Fact]
    public async Task Object_that_could_not_be_mirrored_goes_at_once_and_leaves_the_other_cluster()
    {
        var theirs = await Host.CreateAsync("stays");
        await site.CreateAsync("stays");
        await site.BecomesAsync("stays", MirrorReason.NameConflict);

        await site.DeleteAsync("stays");

        await site.IsGoneAsync("stays");
        var left = await Host.GetAsync("stays");
        left.Metadata.Uid.ShouldBe(theirs.Metadata.Uid);
        left.IsBeingDeleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Deleted_object_stays_until_the_control_plane_is_cleaned_up()
    {
        await site.CreateMirroredAsync("slow");
        await site.Site.TakeAsync("slow");

        await site.DeleteAsync("slow");

        await Host.BecomesAsync("slow", one => one.IsBeingDeleted, "is being deleted");
        var waiting = await site.BecomesAsync("slow", MirrorReason.WaitingForDeletion);
        waiting.Message.ShouldContain($"{HostCluster.Namespace}/slow");
        await site.BecomesAsync("slow", one => one.Status!.Conditions.Find(ClusterConditionType.Ready)?.Reason == "Deleting", "tells how far it is");

        // What the cluster manager does when nothing is left.
        await Host.PatchAsync("slow", ProvisioningSite.Finalizers(ClusterFinalizer.Provisioning));
        await Host.IsGoneAsync("slow");
        await site.IsGoneAsync("slow");
    }

    [Fact]
    public async Task Deletion_that_orphans_leaves_the_cluster_as_one_of_todays_group()
    {
        var mirror = await site.CreateMirroredAsync("freed");

        await site.DeleteAsync("freed", "Orphan");

        await site.IsGoneAsync("freed");
        var free = await Host.GetAsync("freed");
        free.Metadata.Uid.ShouldBe(mirror.Metadata.Uid);
        free.IsBeingDeleted.ShouldBeFalse();
        (free.Metadata.OwnerReferences ?? []).ShouldBeEmpty();
    }

    [Fact]
    public async Task Mirrored_cluster_that_somebody_deletes_is_made_again_when_it_is_gone()
    {
        var first = await site.CreateMirroredAsync("again");
        await site.Site.TakeAsync("again");

        await Host.DeleteAsync("again");

        (await site.BecomesAsync("again", MirrorReason.WaitingForDeletion)).Message.ShouldContain("made again");
        await Host.PatchAsync("again", ProvisioningSite.Finalizers(ClusterFinalizer.Provisioning));
        await site.BecomesAsync("again", MirrorReason.Mirrored);
        (await Host.BecomesAsync("again", one => one.Metadata.Uid != first.Metadata.Uid, "another one")).Spec.Kubeconfig.ShouldBe("again");
    }

    [Fact]
    public async Task Secret_that_contradicts_the_manager_is_told_of_and_the_clusters_status_goes_on_coming_back()
    {
        // Both at the same time: the manager names one Secret, the user another.
        await site.Site.Running.StopAsync();
        await site.CreateAsync("torn", new() { Type = ClusterType.Kamaji, Version = "v1.30.2" });
        var running = await site.Site.RunAsync();
        await site.BecomesAsync("torn", MirrorReason.Mirrored);
        await running.StopAsync();
        await Host.PatchAsync("torn", OlderSite.Spec("kubeconfig", "of-the-manager"));
        await site.PatchAsync("torn", OlderSite.Spec("kubeconfig", "of-the-user"));
        await site.Site.RunAsync();

        var refused = await site.BecomesAsync("torn", MirrorReason.MirrorRefused);

        refused.Message.ShouldContain("kubeconfig is immutable");
        (await Host.GetAsync("torn")).Spec.Kubeconfig.ShouldBe("of-the-manager");
        var older = await site.GetAsync("torn");
        older.Status!.Phase.ShouldNotBe(ClusterPhase.Failed);
        older.Status.ObservedGeneration.ShouldNotBe(older.Metadata.Generation);
    }
}
