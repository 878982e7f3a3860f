using DpuCluster.Testing;

namespace DpuCluster.Api.Tests;

/// <summary>
/// Our definition against the one that release 24.10 installs: every rule of it is in ours, but for the differences
/// that are wanted, which stand here one by one.
/// </summary>
public sealed class ReferenceCrdTests
{
    private const string Reference = "dpuclusters-crd-24.10.yaml";

    /// <summary>Rules of the reference that ours leaves out.</summary>
    private static readonly Dictionary<string, string> LeftOut = new()
    {
        ["spec.type: pattern = kamaji|static|[^/]+/.*"] = "not anchored: takes any text that has one of the types somewhere in it",
        ["spec.maxNodes: maximum = 1000"] = "later releases allow 3000",
        ["spec.version: required"] = "a static cluster has the version that it has; for kamaji a CEL rule requires it",
    };

    /// <summary>Rules of ours that the reference lacks.</summary>
    private static readonly Dictionary<string, string> Added = new()
    {
        ["spec.type: pattern = ^(kamaji|static|[^/]+/.*)$"] = "anchored: no manager could ever take the types that it refuses",
        ["spec.type: CEL self==oldSelf"] = "another manager cannot take over what the first has made",
        ["spec.maxNodes: maximum = 3000"] = "later releases allow 3000",
        ["spec: CEL self.type!='kamaji'||(has(self.version)&&self.version!='')"] = "a control plane is not created without a version",
        ["spec: CEL !has(oldSelf.kubeconfig)||oldSelf.kubeconfig==''||has(self.kubeconfig)"] =
            "what cannot be changed cannot be removed either; the reference forgot it",
        ["spec.clusterEndpoint.keepalived.interface: maxLength = 15"] = "Linux allows no longer name: such an endpoint could never have worked",
        ["status.conditions: x-kubernetes-list-type = map"] = "two writers set conditions: neither may drop the other's",
        ["status.conditions: x-kubernetes-list-map-keys = [\"type\"]"] = "two writers set conditions: neither may drop the other's",
        ["status.version: type = string"] = "new: the version that the control plane reports",
        ["status.nodesCount: type = integer"] = "new: the nodes that have joined",
        ["status.nodesCount: format = int32"] = "new: the nodes that have joined",
        ["status.nodesCount: minimum = 0"] = "new: the nodes that have joined",
        ["status.observedGeneration: type = integer"] = "new: the generation that the status speaks of",
        ["status.observedGeneration: format = int64"] = "new: the generation that the status speaks of",
        ["column Nodes: integer .status.nodesCount, priority 0"] = "new: the nodes that have joined",
        ["column Endpoint: string .spec.clusterEndpoint.keepalived.vip, priority 1"] = "new: the virtual IP, in the wide table",
    };

    [ReferenceFact]
    public void Every_rule_of_the_reference_is_in_ours_but_for_the_wanted_differences()
    {
        var reference = CrdFacts.Of(CrdFacts.Load(File.ReadAllText(ReferenceFiles.Find(Reference))));
        var ours = CrdFacts.Of(CrdFacts.Load(ApiCrds.All["dpuclusters.provisioning.dpu.nvidia.com"]));

        ShouldBeExactly(reference.Except(ours), LeftOut, "left out");
        ShouldBeExactly(ours.Except(reference), Added, "added");
    }

    private static void ShouldBeExactly(IEnumerable<string> found, Dictionary<string, string> wanted, string what)
    {
        var differences = found.ToList();
        differences.Except(wanted.Keys).ShouldBeEmpty($"rules that ours has {what} without a stated reason");
        wanted.Keys.Except(differences).ShouldBeEmpty($"differences listed as {what} that no longer exist: take them off the list");
    }
}
