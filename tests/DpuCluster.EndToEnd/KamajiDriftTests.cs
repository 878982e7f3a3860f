using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>What is made for a cluster is deleted or edited by somebody, and becomes as it was.</summary>
public sealed class KamajiDriftTests(Site site) : IClassFixture<Site>
{
    private readonly KamajiCluster _cluster = new(site.Kubectl, site.Executable, "drifting");

    private Kubectl Kubectl => site.Kubectl;

    /// <summary>A child, and a merge patch of it; PORT+1 stands for a node port that nobody uses.</summary>
    public static TheoryData<string, string> Edits => new()
    {
        { "service", """{"spec":{"selector":{"kamaji.clastix.io/name":"other"}}}""" },
        { "service", """{"spec":{"selector":{"pod":"one"}}}""" },
        { "service", """{"spec":{"type":"ClusterIP"}}""" },
        { "service", """{"spec":{"type":"LoadBalancer"}}""" },
        { "service", """{"spec":{"ports":[{"name":"kube-apiserver","port":6444,"protocol":"TCP","targetPort":6444}]}}""" },
        { "service", """{"spec":{"ports":[{"name":"kube-apiserver","port":PORT+1,"protocol":"TCP","targetPort":PORT+1,"nodePort":PORT+1}]}}""" },
        { "service", """{"metadata":{"labels":{"dpu.nvidia.com/cluster":null}}}""" },
        { "service", """{"metadata":{"labels":{"dpu.nvidia.com/cluster":"other"}}}""" },
        { "tenantcontrolplane", """{"spec":{"controlPlane":{"deployment":{"replicas":1}}}}""" },
        { "tenantcontrolplane", """{"spec":{"controlPlane":{"deployment":{"tolerations":null,"affinity":null}}}}""" },
        { "tenantcontrolplane", """{"spec":{"controlPlane":{"deployment":{"resources":{"apiServer":{"requests":{"cpu":"2"}}}}}}}""" },
        { "tenantcontrolplane", """{"spec":{"networkProfile":{"address":"10.66.7.7"}}}""" },
        { "tenantcontrolplane", """{"spec":{"networkProfile":{"port":PORT+1}}}""" },
        { "tenantcontrolplane", """{"spec":{"networkProfile":null}}""" },
        { "tenantcontrolplane", """{"spec":{"kubernetes":{"kubelet":{"cgroupfs":"cgroupfs"},"admissionControllers":["ResourceQuota"]}}}""" },
        { "tenantcontrolplane", """{"spec":{"kubernetes":{"version":"v1.29.0"}}}""" },
        { "tenantcontrolplane", """{"spec":{"addons":{"coreDNS":null}}}""" },
        { "tenantcontrolplane", """{"metadata":{"labels":{"tenant.clastix.io":"other"},"annotations":{"dpu.nvidia.com/applied-configuration":null}}}""" },
        { "configmap", """{"data":{"keepalived.conf":"edited"}}""" },
        { "configmap", """{"data":null}""" },
        { "configmap", """{"metadata":{"labels":{"dpu.nvidia.com/cluster":null}}}""" },
        { "daemonset", """{"spec":{"minReadySeconds":0,"updateStrategy":{"type":"OnDelete","rollingUpdate":null}}}""" },
        { "daemonset", """{"spec":{"template":{"spec":{"hostNetwork":false,"nodeSelector":{"node-role.kubernetes.io/control-plane":"true"}}}}}""" },
        { "daemonset", """{"spec":{"template":{"spec":{"nodeSelector":{"kubernetes.io/os":"linux"}}}}}""" },
        { "daemonset", """{"spec":{"template":{"spec":{"containers":[{"name":"keepalived","image":"elsewhere:1","securityContext":{"privileged":true}}],"volumes":null}}}}""" },
        { "daemonset", """{"spec":{"template":{"metadata":{"annotations":{"dpu.nvidia.com/keepalived-configuration":"old"}}}}}""" },
    };

    [ToolTheory("kubectl")]
    [MemberData(nameof(Edits))]
    public async Task Edit_is_taken_back_and_what_others_have_added_stays(string child, string patch)
    {
        var port = await IsReadyWithMarks();
        var before = await _cluster.Snapshot();

        patch = patch.Replace("PORT+1", $"{(port < 32767 ? port + 1 : port - 1)}", StringComparison.Ordinal);
        var edited = (await Kubectl.RunWith(["patch", .. Child(child).Split(' '), "--type=merge", "-p", patch])).ShouldSucceed().Output;
        edited.ShouldNotContain("no change");

        await IsAsBefore(before, $"{patch} of the {child} is taken back");
        await _cluster.IsReady();
    }

    [ToolTheory("kubectl")]
    [InlineData("service")]
    [InlineData("tenantcontrolplane")]
    [InlineData("configmap")]
    [InlineData("daemonset")]
    public async Task Child_that_is_deleted_comes_back_as_it_was(string child)
    {
        await IsReadyWithMarks();
        await Mark("-");
        var before = await _cluster.Snapshot();
        var identity = await Kubectl.Value(Child(child), "{.metadata.uid}");

        await Delete(Child(child));

        await IsAsBefore(before, $"the {child} is there again, as it was");
        (await Kubectl.Value(Child(child), "{.metadata.uid}")).ShouldNotBe(identity);
        await Eventually.Get(
            async () => await (await _cluster.Admin()).Run("get namespaces --request-timeout=5s"), result => result.ExitCode == 0, "the published kubeconfig works");
        await _cluster.IsReady();
    }

    [ToolFact("kubectl")]
    public async Task All_children_deleted_at_once_come_back_as_they_were()
    {
        await IsReadyWithMarks();
        await Mark("-");
        var before = await _cluster.Snapshot();

        await Task.WhenAll(_cluster.Children.Select(Delete));

        await IsAsBefore(before, "all is there again, as it was");
        await Eventually.Get(
            async () => await (await _cluster.Admin()).Run("get namespaces --request-timeout=5s"), result => result.ExitCode == 0, "the published kubeconfig works");
        await _cluster.IsReady();
    }

    /// <summary>The cluster of these tests, with what others have put on everything that belongs to it; its node port.</summary>
    private async Task<int> IsReadyWithMarks()
    {
        await _cluster.Apply(VirtualIp.Numbered(1));
        await _cluster.IsReady();
        await _cluster.Says("KeepalivedReady", "True", "Deployed");
        await Kubectl.HasValue(_cluster.Service, "{.metadata.ownerReferences[?(@.kind=='TenantControlPlane')].name}", _cluster.Name);
        await Mark("=theirs");
        return int.Parse(await Kubectl.Value(_cluster.Service, "{.spec.ports[0].nodePort}"), System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task Mark(string value)
    {
        var all = string.Join(' ', _cluster.Children.Select(child => child.Split(' ')[^2..]).Select(child => string.Join('/', child)));
        (await Kubectl.Run($"-n {KamajiCluster.SystemNamespace} label --overwrite {all} example.test/team{value}")).ShouldSucceed();
        (await Kubectl.Run($"-n {KamajiCluster.SystemNamespace} annotate --overwrite {all} example.test/note{value}")).ShouldSucceed();
    }

    // To wait is not possible: where the next one is made between two of its questions, kubectl takes it for the one that it has deleted.
    private async Task Delete(string child) => (await Kubectl.Run($"delete {child} --wait=false")).ShouldSucceed();

    private string Child(string kind) => _cluster.Children.Single(child => child.Contains($" {kind} ", StringComparison.Ordinal));

    private async Task IsAsBefore(string before, string what)
    {
        var now = "";
        try
        {
            await Eventually.Get(async () => now = await _cluster.Snapshot(), after => after == before, what);
        }
        catch (TimeoutException)
        {
            now.ShouldBe(before, what);
        }
    }
}
