using DpuCluster.Standalone.Nodes;
using DpuCluster.Standalone.Scheduling;
using DpuCluster.Standalone.Workloads;

namespace DpuCluster.Standalone.Tests.Scheduling;

public sealed class PlacementTests
{
    private const string ControlPlane = "node-role.kubernetes.io/control-plane";

    private static readonly Toleration Anything = new() { Operator = "Exists" };

    [Fact]
    public void Selectors_of_both_ways_to_label_find_one_node_each()
    {
        Fits(Selecting(ControlPlane, ""), SimulatedNode.Kubeadm).ShouldBeTrue();
        Fits(Selecting(ControlPlane, ""), SimulatedNode.K3s).ShouldBeFalse();
        Fits(Selecting(ControlPlane, "true"), SimulatedNode.K3s).ShouldBeTrue();
        Fits(Selecting(ControlPlane, "true"), SimulatedNode.Kubeadm).ShouldBeFalse();
    }

    [Fact]
    public void Taint_keeps_away_pods_that_do_not_tolerate_it()
    {
        Placement.Obstacle(new(), SimulatedNode.Kubeadm).ShouldNotBeNull().ShouldContain($"{ControlPlane}:NoSchedule");
        Placement.Obstacle(new() { Tolerations = [Anything] }, SimulatedNode.Kubeadm).ShouldBeNull();
        Placement.Obstacle(new(), SimulatedNode.K3s).ShouldBeNull();
    }

    [Fact]
    public void Preference_of_a_taint_keeps_nobody_away()
    {
        var node = SimulatedNode.K3s with { Spec = new() { Taints = [new() { Key = "busy", Effect = "PreferNoSchedule" }] } };
        Placement.Obstacle(new(), node).ShouldBeNull();
    }

    [Fact]
    public void Cordoned_node_takes_only_pods_that_tolerate_it()
    {
        var node = SimulatedNode.K3s with { Spec = new() { Unschedulable = true } };
        Placement.Obstacle(new(), node).ShouldNotBeNull();
        Placement.Obstacle(new() { Tolerations = [new() { Key = Placement.UnschedulableTaint, Operator = "Exists" }] }, node).ShouldBeNull();
    }

    [Fact]
    public void Node_selector_and_affinity_must_both_match()
    {
        var either = new Affinity
        {
            NodeAffinity = new()
            {
                RequiredDuringSchedulingIgnoredDuringExecution = new()
                {
                    NodeSelectorTerms =
                    [
                        new() { MatchExpressions = [new() { Key = "node-role.kubernetes.io/master", Operator = "Exists" }] },
                        new() { MatchExpressions = [new() { Key = ControlPlane, Operator = "Exists" }] },
                    ],
                },
            },
        };
        Fits(new() { Affinity = either, Tolerations = [Anything] }, SimulatedNode.Kubeadm).ShouldBeTrue();
        Fits(new() { Affinity = either, Tolerations = [Anything] }, SimulatedNode.K3s).ShouldBeTrue();
        Fits(Selecting(ControlPlane, "") with { Affinity = either }, SimulatedNode.K3s).ShouldBeFalse();
        Fits(new() { Affinity = either }, SimulatedNode.K3s with { Metadata = new() { Name = "worker" } }).ShouldBeFalse();
    }

    private static bool Fits(PodSpec pod, ClusterNode node) => Placement.Obstacle(pod, node) is null;

    private static PodSpec Selecting(string label, string value) =>
        new() { NodeSelector = new Dictionary<string, string> { [label] = value }, Tolerations = [Anything] };
}
