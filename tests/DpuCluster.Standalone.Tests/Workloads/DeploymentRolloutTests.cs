using DpuCluster.Standalone.Workloads;

namespace DpuCluster.Standalone.Tests.Workloads;

public sealed class DeploymentRolloutTests
{
    [Fact]
    public void First_replica_set_gets_all_pods_and_the_hash_of_the_template()
    {
        var set = DeploymentRollout.Make(Deployment("v1", 3), []);
        set.Spec!.Replicas.ShouldBe(3);
        set.Metadata.Labels!["app"].ShouldBe("x");
        set.Metadata.Labels[DeploymentRollout.HashLabel].ShouldBe(TemplateHash.Of(Deployment("v1", 3).Spec!.Template));
        set.Spec.Selector!["matchLabels"]![DeploymentRollout.HashLabel]!.GetValue<string>().ShouldBe(set.Metadata.Labels[DeploymentRollout.HashLabel]);
        DeploymentRollout.Revision(set).ShouldBe(1);
    }

    [Fact]
    public void Rolling_update_goes_within_its_bounds_to_the_new_template()
    {
        var deployment = Deployment("v2", 4);
        var old = Available(DeploymentRollout.Make(Deployment("v1", 4), []), "old");
        var made = DeploymentRollout.Make(deployment, [old]);
        made.Spec!.Replicas.ShouldBe(1);
        DeploymentRollout.Revision(made).ShouldBe(2);

        // 25 % of 4: one more and one less at most, at every step.
        var sets = new List<ReplicaSet> { old, made with { Metadata = made.Metadata with { Uid = "new" } } };
        for (var step = 0; step < 20; step++)
        {
            foreach (var (set, replicas) in DeploymentRollout.Scale(deployment, sets[1], sets).ToList())
            {
                var at = sets.FindIndex(other => other.Metadata.Uid == set.Metadata.Uid);
                sets[at] = set with { Spec = set.Spec! with { Replicas = replicas } };
            }

            sets.Sum(DeploymentRollout.Wanted).ShouldBeLessThanOrEqualTo(5);
            var stay = sets.Sum(set => Math.Min(DeploymentRollout.Wanted(set), DeploymentRollout.Available(set)));
            stay.ShouldBeGreaterThanOrEqualTo(3);
            sets = [.. sets.Select(set => Available(set, set.Metadata.Uid!))];
        }

        sets.Select(DeploymentRollout.Wanted).ShouldBe([0, 4]);
        DeploymentRollout.Scale(deployment, sets[1], sets).ShouldBeEmpty();
    }

    [Fact]
    public void Recreate_makes_new_pods_only_when_the_old_ones_are_gone()
    {
        var deployment = Deployment("v2", 2);
        deployment = deployment with { Spec = deployment.Spec! with { Strategy = new() { Type = "Recreate" } } };
        var old = Available(DeploymentRollout.Make(Deployment("v1", 2), []), "old");
        var made = DeploymentRollout.Make(deployment, [old]);
        made.Spec!.Replicas.ShouldBe(0);
        made = made with { Metadata = made.Metadata with { Uid = "new" } };

        DeploymentRollout.Scale(deployment, made, [old, made]).ShouldBe([(old, 0)]);
        var emptied = old with { Spec = old.Spec! with { Replicas = 0 } };
        DeploymentRollout.Scale(deployment, made, [emptied, made]).ShouldBeEmpty();
        emptied = emptied with { Status = new() };
        DeploymentRollout.Scale(deployment, made, [emptied, made]).ShouldBe([(made, 2)]);
    }

    [Fact]
    public void Rollout_that_stands_still_past_its_deadline_is_told()
    {
        var now = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
        var deployment = Deployment("v1", 1);
        deployment = deployment with { Spec = deployment.Spec! with { ProgressDeadlineSeconds = 60 } };
        var set = DeploymentRollout.Make(deployment, []);

        var first = DeploymentProgress.Status(deployment, set, [set], now);
        first.Conditions.Of("Available")!.Status.ShouldBe("False");
        first.Conditions.Of("Progressing")!.Status.ShouldBe("True");
        deployment = deployment with { Status = first };
        DeploymentProgress.UntilDeadline(deployment, first, now).ShouldBe(TimeSpan.FromSeconds(60));
        DeploymentProgress.Status(deployment, set, [set], now + TimeSpan.FromSeconds(59)).Conditions.Of("Progressing")!.Status.ShouldBe("True");
        DeploymentProgress.Status(deployment, set, [set], now + TimeSpan.FromSeconds(60)).Conditions.Of("Progressing")!.Reason.ShouldBe("ProgressDeadlineExceeded");
    }

    private static ReplicaSet Available(ReplicaSet set, string uid) => set with
    {
        Metadata = set.Metadata with { Uid = uid },
        Status = new() { Replicas = set.Spec!.Replicas!.Value, ReadyReplicas = set.Spec.Replicas, AvailableReplicas = set.Spec.Replicas },
    };

    private static Deployment Deployment(string image, int replicas) => new()
    {
        Metadata = new() { Name = "d", Namespace = "ns", Uid = "uid", Generation = 1 },
        Spec = new()
        {
            Replicas = replicas,
            Selector = new System.Text.Json.Nodes.JsonObject { ["matchLabels"] = new System.Text.Json.Nodes.JsonObject { ["app"] = "x" } },
            Template = new()
            {
                Metadata = new() { Labels = new Dictionary<string, string> { ["app"] = "x" } },
                Spec = new() { Containers = [new() { Name = "c", Image = image }] },
            },
        },
    };
}
