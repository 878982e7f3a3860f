using System.Text.Json;
using DpuCluster.Standalone.Nodes;
using DpuCluster.Standalone.Scheduling;
using DpuCluster.Standalone.Workloads;

namespace DpuCluster.Standalone.Tests.Workloads;

public sealed class DaemonSetPlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly ClusterNode[] Three = [Node("a"), Node("b"), Node("c")];

    [Fact]
    public void Every_node_that_fits_gets_one_pod()
    {
        var set = Set("v1") with { };
        var tolerant = SimulatedNode.Kubeadm;

        var plan = DaemonSetPlan.Make(set, [.. Three, tolerant], [], Now);

        plan.Create.ShouldBe(["a", "b", "c"]);
        plan.Status.DesiredNumberScheduled.ShouldBe(3);
        plan.Status.CurrentNumberScheduled.ShouldBe(0);
        plan.Status.NumberUnavailable.ShouldBe(3);
    }

    [Fact]
    public void Selector_that_matches_no_node_wants_no_pod()
    {
        var set = Set("v1", new() { NodeSelector = new Dictionary<string, string> { ["role"] = "none" } });
        var plan = DaemonSetPlan.Make(set, Three, [], Now);
        plan.Create.ShouldBeEmpty();
        plan.Status.DesiredNumberScheduled.ShouldBe(0);
    }

    [Fact]
    public void Cordoned_node_keeps_its_pod() =>
        DaemonSetPlan.Make(Set("v1"), [Node("a") with { Spec = new() { Unschedulable = true } }], [Ready("v1", "a")], Now).Delete.ShouldBeEmpty();

    [Fact]
    public void Pod_goes_with_its_node_and_counts_as_misscheduled_where_the_node_fits_no_longer()
    {
        var misplaced = Ready("v1", "b");
        var lost = Ready("v1", "gone");
        var tainted = Node("b") with { Spec = new() { Taints = [new() { Key = "x", Effect = Taint.NoExecute }] } };

        var plan = DaemonSetPlan.Make(Set("v1"), [Node("a"), tainted], [Ready("v1", "a"), misplaced, lost], Now);

        plan.Delete.ShouldBe([misplaced, lost], ignoreOrder: true);
        plan.Status.NumberMisscheduled.ShouldBe(1);
    }

    [Fact]
    public void Taint_that_keeps_only_new_pods_away_leaves_the_old_one()
    {
        var tainted = Node("a") with { Spec = new() { Taints = [new() { Key = "x", Effect = Taint.NoSchedule }] } };
        var plan = DaemonSetPlan.Make(Set("v1"), [tainted], [Ready("v1", "a")], Now);
        plan.Delete.ShouldBeEmpty();
        plan.Status.NumberMisscheduled.ShouldBe(1);
        plan.Status.DesiredNumberScheduled.ShouldBe(0);
    }

    [Fact]
    public void Rolling_update_takes_one_pod_at_a_time()
    {
        Pod[] pods = [Ready("v1", "a"), Ready("v1", "b"), Ready("v1", "c")];
        var first = DaemonSetPlan.Make(Set("v2"), Three, pods, Now);
        first.Delete.Count.ShouldBe(1);
        first.Create.ShouldBeEmpty();
        first.Status.UpdatedNumberScheduled.ShouldBeNull();

        // While the first new one is not ready, no other goes.
        var second = DaemonSetPlan.Make(Set("v2"), Three, [Pending("v2", "a"), pods[1], pods[2]], Now);
        second.Delete.ShouldBeEmpty();
        second.Status.UpdatedNumberScheduled.ShouldBe(1);

        DaemonSetPlan.Make(Set("v2"), Three, [Ready("v2", "a"), pods[1], pods[2]], Now).Delete.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("2", 2)]
    [InlineData("\"50%\"", 2)]
    [InlineData("\"100%\"", 3)]
    public void Rolling_update_takes_as_many_as_maxUnavailable_says(string maxUnavailable, int goes)
    {
        var set = Set("v2", update: new() { Type = "RollingUpdate", RollingUpdate = new() { MaxUnavailable = JsonSerializer.Deserialize<JsonElement>(maxUnavailable) } });
        DaemonSetPlan.Make(set, Three, [Ready("v1", "a"), Ready("v1", "b"), Ready("v1", "c")], Now).Delete.Count.ShouldBe(goes);
    }

    [Fact]
    public void Old_pod_that_is_not_ready_goes_at_once()
    {
        var broken = Pending("v1", "c");
        DaemonSetPlan.Make(Set("v2"), Three, [Ready("v1", "a"), Ready("v1", "b"), broken], Now).Delete.ShouldBe([broken]);
    }

    [Fact]
    public void With_maxSurge_the_new_pod_comes_before_the_old_one_goes()
    {
        var surge = JsonSerializer.Deserialize<JsonElement>("1");
        var none = JsonSerializer.Deserialize<JsonElement>("0");
        var set = Set("v2", update: new() { Type = "RollingUpdate", RollingUpdate = new() { MaxSurge = surge, MaxUnavailable = none } });
        Pod[] old = [Ready("v1", "a"), Ready("v1", "b"), Ready("v1", "c")];

        var first = DaemonSetPlan.Make(set, Three, old, Now);
        first.Delete.ShouldBeEmpty();
        first.Create.ShouldBe(["a"]);
        DaemonSetPlan.Make(set, Three, [.. old, Pending("v2", "a")], Now).ShouldSatisfyAllConditions(
            plan => plan.Create.ShouldBeEmpty(),
            plan => plan.Delete.ShouldBeEmpty());
        DaemonSetPlan.Make(set, Three, [.. old, Ready("v2", "a")], Now).Delete.ShouldBe([old[0]]);
    }

    [Fact]
    public void OnDelete_leaves_old_pods_alone_and_makes_new_ones_of_the_new_template()
    {
        var set = Set("v2", update: new() { Type = "OnDelete" });
        var plan = DaemonSetPlan.Make(set, Three, [Ready("v1", "a"), Ready("v1", "b")], Now);
        plan.Delete.ShouldBeEmpty();
        plan.Create.ShouldBe(["c"]);
    }

    [Fact]
    public void Pod_on_its_way_out_is_waited_for()
    {
        var ending = Ready("v1", "a");
        ending = ending.WithMetadata(ending.Metadata with { DeletionTimestamp = Now });
        var plan = DaemonSetPlan.Make(Set("v1"), [Node("a")], [ending], Now);
        plan.Create.ShouldBeEmpty();
        plan.Delete.ShouldBeEmpty();
        plan.Status.NumberReady.ShouldBe(0);
    }

    [Fact]
    public void Ready_pod_is_available_only_after_minReadySeconds()
    {
        var set = Set("v1");
        set = set with { Spec = set.Spec! with { MinReadySeconds = 10 } };
        var early = DaemonSetPlan.Make(set, [Node("a")], [Ready("v1", "a")], Now + TimeSpan.FromSeconds(4));
        early.Status.NumberReady.ShouldBe(1);
        early.Status.NumberAvailable.ShouldBeNull();
        early.Again.ShouldBe(TimeSpan.FromSeconds(6));
        DaemonSetPlan.Make(set, [Node("a")], [Ready("v1", "a")], Now + TimeSpan.FromSeconds(10)).Status.NumberAvailable.ShouldBe(1);
    }

    [Fact]
    public void Pods_are_bound_to_their_node_in_every_alternative_of_the_affinity()
    {
        var spec = new PodSpec
        {
            Affinity = new()
            {
                NodeAffinity = new()
                {
                    RequiredDuringSchedulingIgnoredDuringExecution = new()
                    {
                        NodeSelectorTerms =
                        [
                            new() { MatchExpressions = [new() { Key = "x", Operator = "Exists" }] },
                            new() { MatchExpressions = [new() { Key = "x", Operator = "DoesNotExist" }] },
                        ],
                    },
                },
            },
        };
        var bound = DaemonPods.For(spec, "b");
        DaemonPods.NodeOf(new Pod { Spec = bound }).ShouldBe("b");
        Three.Where(node => Placement.IsSelected(bound, node)).Select(node => node.Metadata.Name).ShouldBe(["b"]);
    }

    private static ClusterNode Node(string name) => new() { Metadata = new() { Name = name } };

    private static DaemonSet Set(string image, PodSpec? spec = null, UpdateStrategy? update = null) => new()
    {
        Metadata = new() { Name = "set", Namespace = "ns", Uid = "uid", Generation = 1 },
        Spec = new() { Template = Template(image, spec), UpdateStrategy = update },
    };

    private static PodTemplate Template(string image, PodSpec? spec = null) => new() { Spec = (spec ?? new()) with { Containers = [new() { Name = "c", Image = image }] } };

    private static Pod Pending(string image, string node) => new()
    {
        Metadata = new()
        {
            Name = $"{image}-{node}",
            Namespace = "ns",
            Labels = new Dictionary<string, string> { [DaemonPods.RevisionLabel] = TemplateHash.Of(Template(image)) },
        },
        Spec = new() { NodeName = node },
    };

    private static Pod Ready(string image, string node) => Pending(image, node) with
    {
        Status = new() { Phase = "Running", Conditions = [new() { Type = "Ready", Status = "True", LastTransitionTime = Now }] },
    };
}
