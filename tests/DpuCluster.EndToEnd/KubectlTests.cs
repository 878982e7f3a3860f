using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>kubectl's everyday commands on DPUClusters, against the environment of one command.</summary>
public sealed class KubectlTests(Site site) : IClassFixture<Site>
{
    private const string Ns = "dpf-operator-system";

    private Kubectl Kubectl => site.Kubectl;

    [ToolFact("kubectl")]
    public async Task Apply_diff_and_apply_again_change_what_the_manifest_changes()
    {
        var name = await Create("applied");
        var changed = Manifest(name, maxNodes: 11);

        var diff = await Kubectl.Run("diff -f -", changed);
        diff.ExitCode.ShouldBe(1, diff.Error);
        diff.Output.ShouldContain("+  maxNodes: 11");

        (await Kubectl.Run("apply -f -", changed)).ShouldSucceed().Output.ShouldContain("configured");
        (await Kubectl.Value(Cluster(name), "{.spec.maxNodes}")).ShouldBe("11");
        (await Kubectl.Run("apply -f -", changed)).ShouldSucceed().Output.ShouldContain("unchanged");
    }

    [ToolFact("kubectl")]
    public async Task Server_side_apply_names_the_owner_it_conflicts_with()
    {
        var name = await Create("owned");
        (await Kubectl.Run($"apply --server-side --field-manager=first -f -", Manifest(name, maxNodes: 12))).ExitCode.ShouldBe(1, "kubectl apply owns it");
        (await Kubectl.Run($"apply --server-side --field-manager=first --force-conflicts -f -", Manifest(name, maxNodes: 12))).ShouldSucceed();

        var conflict = await Kubectl.Run($"apply --server-side --field-manager=second -f -", Manifest(name, maxNodes: 13));

        conflict.ExitCode.ShouldBe(1);
        conflict.Error.ShouldContain("conflict with \"first\": .spec.maxNodes");
    }

    [ToolFact("kubectl")]
    public async Task Edit_patch_label_annotate_and_replace_write_what_they_say()
    {
        var name = await Create("edited");

        (await Kubectl.RunWith(["-n", Ns, "edit", "dpucluster", name], editor: "sed -i s/maxNodes:.10/maxNodes:\\ 20/")).ShouldSucceed();
        (await Kubectl.Value(Cluster(name), "{.spec.maxNodes}")).ShouldBe("20");

        (await Kubectl.RunWith(["-n", Ns, "patch", "dpucluster", name, "--type=json", "-p", """[{"op":"replace","path":"/spec/maxNodes","value":21}]"""])).ShouldSucceed();
        (await Kubectl.Run($"-n {Ns} label dpucluster {name} rack=r1")).ShouldSucceed();
        (await Kubectl.Run($"-n {Ns} annotate dpucluster {name} note=n1")).ShouldSucceed();
        (await Kubectl.Value(Cluster(name), "{.spec.maxNodes} {.metadata.labels.rack} {.metadata.annotations.note}")).ShouldBe("21 r1 n1");
        (await Kubectl.Run($"-n {Ns} get dpucluster --selector rack=r1 -o name")).ShouldSucceed().Output.Trim()
            .ShouldBe($"dpucluster.provisioning.dpu.nvidia.com/{name}");

        // A replacement is refused where somebody has written since it was read, and the controllers write what they make of the last edit.
        var generation = await Kubectl.Value(Cluster(name), "{.metadata.generation}");
        await Kubectl.HasValue(Cluster(name), "{.status.conditions[?(@.type=='Created')].observedGeneration}", generation);
        await Kubectl.HasValue(Cluster(name), "{.status.conditions[?(@.type=='Ready')].observedGeneration}", generation);
        var live = (await Kubectl.Run($"-n {Ns} get dpucluster {name} -o yaml")).ShouldSucceed().Output;
        (await Kubectl.Run("replace -f -", live.Replace("maxNodes: 21", "maxNodes: 22", StringComparison.Ordinal))).ShouldSucceed();
        (await Kubectl.Value(Cluster(name), "{.spec.maxNodes}")).ShouldBe("22");
    }

    [ToolFact("kubectl")]
    public async Task Broken_rules_are_refused_with_field_and_reason()
    {
        var name = await Create("ruled");
        foreach (var (patch, message) in new[]
        {
            ("""{"spec":{"maxNodes":3001}}""", "should be less than or equal to 3000"),
            ("""{"spec":{"type":"kamaji"}}""", "type is immutable"),
            ("""{"spec":{"clusterEndpoint":{"keepalived":{"interface":"an-interface-too-long","vip":"10.0.0.1","virtualRouterID":1}}}}""", "interface"),
        })
        {
            var refused = await Kubectl.RunWith(["-n", Ns, "patch", "dpucluster", name, "--type=merge", "-p", patch]);
            refused.ExitCode.ShouldBe(1, patch);
            refused.Error.ShouldContain(message);
        }

        var misspelt = await Kubectl.Run("apply -f -", Manifest(name, maxNodes: 10).Replace("maxNodes", "maxNode", StringComparison.Ordinal));
        misspelt.ExitCode.ShouldBe(1);
        misspelt.Error.ShouldContain("unknown field \"spec.maxNode\"");
    }

    [ToolFact("kubectl")]
    public async Task Watch_shows_a_cluster_from_nothing_to_the_end()
    {
        var name = site.NewName("watched");
        await using var watch = new RunningProcess(
            Tools.Require("kubectl"),
            ["--kubeconfig", site.Executable.File("host.conf"), "-n", Ns, "get", "dpucluster", "-w", "--output-watch-events", "--field-selector", $"metadata.name={name}"]);
        await Kubectl.Apply(Manifest(name, maxNodes: 10));
        await watch.HasSaid("ADDED");
        await Kubectl.HasValue(Cluster(name), "{.status.conditions[?(@.type=='Created')].reason}", "KubeconfigNotFound");

        (await Kubectl.Run($"-n {Ns} delete dpucluster {name} --timeout=60s")).ShouldSucceed();

        await watch.HasSaid("DELETED");
        watch.Said.ShouldContain("MODIFIED");
    }

    [ToolFact("kubectl")]
    public async Task Describe_explain_and_api_resources_tell_about_the_kind()
    {
        var name = await Create("told");
        await Kubectl.HasValue(Cluster(name), "{.status.conditions[?(@.type=='Created')].reason}", "KubeconfigNotFound");

        var described = await Eventually.Get(
            async () => (await Kubectl.Run($"-n {Ns} describe dpucluster {name}")).ShouldSucceed().Output,
            output => output.Contains("Warning  KubeconfigNotFound", StringComparison.Ordinal),
            "the event is there");
        described.ShouldContain("static-cluster-manager");

        (await Kubectl.Run("explain dpucluster.spec.clusterEndpoint.keepalived")).ShouldSucceed().Output.ShouldContain("virtualRouterID");
        (await Kubectl.Run("api-resources --api-group=provisioning.dpu.nvidia.com")).ShouldSucceed().Output.ShouldContain("dpuclusters");
    }

    private async Task<string> Create(string what)
    {
        var name = site.NewName(what);
        await Kubectl.Apply(Manifest(name, maxNodes: 10));
        return name;
    }

    private static string Cluster(string name) => $"-n {Ns} dpucluster {name}";

    private static string Manifest(string name, int maxNodes) => $"""
        apiVersion: provisioning.dpu.nvidia.com/v1alpha1
        kind: DPUCluster
        metadata:
          name: {name}
          namespace: {Ns}
        spec:
          type: static
          maxNodes: {maxNodes}
          kubeconfig: {name}
        """;
}
