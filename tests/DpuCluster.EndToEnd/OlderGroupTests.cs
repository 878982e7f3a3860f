using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>The standalone guide of the older group, word by word, as a person follows it with kubectl.</summary>
public sealed class OlderGroupTests(Site site) : IClassFixture<Site>
{
    /// <summary>As kubectl knows the older kind.</summary>
    private const string Older = "olderdpuclusters";

    private Kubectl Kubectl => site.Kubectl;

    [ToolFact("kubectl")]
    public async Task Kamaji_manifest_of_the_guide_becomes_Ready_and_its_deletion_leaves_nothing()
    {
        await Kubectl.Apply(StandaloneGuide.Kamaji);

        // By the manifest itself, as nobody need know the plural.
        var file = site.Executable.File("kamaji.yaml");
        await File.WriteAllTextAsync(file, StandaloneGuide.Kamaji);
        (await Kubectl.Run($"wait --for=condition=Ready -f {file} --timeout=60s")).ShouldSucceed();
        await Kubectl.HasValue($"{Older} test", "{.status.phase}", "Ready");
        await Kubectl.HasValue($"{Older} test", "{.spec.kubeconfig}", "test-admin-kubeconfig");

        // What the guide shows, of the object that was applied ...
        await ShowsAsync($"get -f {file}", ["NAME", "TYPE", "MAXNODES", "VERSION", "PHASE"], ["test", "kamaji", "1000", "v1.29.0", "Ready"]);
        await ShowsAsync("get DPUCluster.provisioning.dpf.nvidia.com", ["NAME", "TYPE", "MAXNODES", "VERSION", "PHASE"], ["test", "kamaji", "1000", "v1.29.0", "Ready"]);

        // ... and by the very command of the guide, which means today's group, with more columns.
        await Kubectl.HasValue("dpucluster test", "{.status.nodesCount}", "0");
        await ShowsAsync(
            "get dpucluster",
            ["NAME", "READY", "PHASE", "TYPE", "MAXNODES", "VERSION", "NODES", "AGE"],
            ["test", "True", "Ready", "kamaji", "1000", "v1.29.0", "0"]);
        (await Kubectl.Value("pods -l kamaji.clastix.io/name=test", "{.items[*].status.phase}")).ShouldBe("Running Running Running");

        (await Kubectl.Run($"delete -f {file} --timeout=60s")).ShouldSucceed();

        // The older object has waited for everything else, and so has kubectl.
        (await Kubectl.Run($"get dpuclusters,{Older},tenantcontrolplanes -o name")).ShouldSucceed().Output.ShouldBeEmpty();
        await Eventually.Get(
            async () => (await Kubectl.Run("get services,secrets,configmaps,daemonsets,deployments,replicasets,pods -o name")).ShouldSucceed().Output,
            left => !left.Contains("/test", StringComparison.Ordinal),
            "nothing is left");
    }

    [ToolFact("kubectl")]
    public async Task Static_manifests_of_the_guide_become_Ready_and_the_Secret_outlives_them()
    {
        var tenant = await site.StartTenant();
        var admin = Convert.ToBase64String(await File.ReadAllBytesAsync(tenant.KubeconfigFile));
        (await Kubectl.Run("create namespace static")).ShouldSucceed();
        (await Kubectl.Run("-n static apply -f -", StandaloneGuide.Secret.Replace("xxxxxx", admin, StringComparison.Ordinal))).ShouldSucceed();
        (await Kubectl.Run("-n static apply -f -", StandaloneGuide.Static)).ShouldSucceed();

        (await Kubectl.Run($"-n static wait --for=condition=Ready {Older}/test --timeout=60s")).ShouldSucceed();
        await Kubectl.HasValue($"-n static {Older} test", "{.status.phase}", "Ready");

        await ShowsAsync($"-n static get {Older}", ["NAME", "TYPE", "MAXNODES", "VERSION", "PHASE"], ["test", "static", "1000", "v1.29.0", "Ready"]);

        (await Kubectl.Run("-n static delete -f - --timeout=60s", StandaloneGuide.Static)).ShouldSucceed();
        (await Kubectl.Run($"-n static get dpuclusters,{Older} -o name")).ShouldSucceed().Output.ShouldBeEmpty();
        (await Kubectl.Value("-n static secret my-admin-kubeconfig", "{.metadata.name}")).ShouldBe("my-admin-kubeconfig");
    }

    [ToolFact("kubectl")]
    public async Task Every_short_way_to_say_dpucluster_means_todays_group()
    {
        foreach (var name in new[] { "dpucluster", "dpuclusters", "DPUCluster", "dpuclusters.provisioning", "dpucluster.v1alpha1.provisioning.dpu.nvidia.com" })
        {
            var refused = await Kubectl.Run($"get {name} there-is-none");
            refused.ExitCode.ShouldBe(1);
            refused.Error.ShouldContain("dpuclusters.provisioning.dpu.nvidia.com \"there-is-none\" not found", customMessage: name);
        }

        (await Kubectl.Run("explain dpucluster")).ShouldSucceed().Output.ShouldContain("GROUP:      provisioning.dpu.nvidia.com");
        foreach (var name in new[] { Older, "olderdpucluster", "DPUCluster.provisioning.dpf.nvidia.com", "DPUCluster.v1alpha1.provisioning.dpf.nvidia.com" })
        {
            (await Kubectl.Run($"get {name} there-is-none")).Error.ShouldContain("olderdpuclusters.provisioning.dpf.nvidia.com \"there-is-none\" not found", customMessage: name);
        }
    }

    [ToolFact("kubectl")]
    public async Task Object_is_migrated_in_place_without_touching_its_control_plane()
    {
        var tenant = await site.StartTenant();
        (await Kubectl.Run("create namespace moving")).ShouldSucceed();
        (await Kubectl.Run($"-n moving create secret generic my-admin-kubeconfig --from-file=admin.conf={tenant.KubeconfigFile}")).ShouldSucceed();
        (await Kubectl.Run("-n moving apply -f -", StandaloneGuide.Static)).ShouldSucceed();
        (await Kubectl.Run($"-n moving wait --for=condition=Ready {Older}/test --timeout=60s")).ShouldSucceed();
        var before = await Kubectl.Value("-n moving dpucluster test", "{.metadata.uid}");
        var dump = site.Executable.File("dump.yaml");
        await File.WriteAllTextAsync(dump, (await Kubectl.Run($"-n moving get {Older} test -o yaml")).ShouldSucceed().Output);

        (await Kubectl.Run($"-n moving delete {Older} test --cascade=orphan --timeout=60s")).ShouldSucceed();
        (await site.Executable.Run("migrate", "-f", dump, "--in-place")).ShouldSucceed();
        (await Kubectl.Run($"-n moving apply -f {dump}")).ShouldSucceed().Output.ShouldContain("dpucluster.provisioning.dpu.nvidia.com/test configured");

        (await Kubectl.Value("-n moving dpucluster test", "{.metadata.uid}")).ShouldBe(before);
        (await Kubectl.Value("-n moving dpucluster test", "{.status.phase}{.metadata.ownerReferences}{.metadata.deletionTimestamp}")).ShouldBe("Ready");
        (await Kubectl.Run($"-n moving get {Older} -o name")).ShouldSucceed().Output.ShouldBeEmpty();
        (await Kubectl.Run("-n moving delete dpucluster test --timeout=60s")).ShouldSucceed();
    }

    private async Task ShowsAsync(string command, string[] columns, string[] values)
    {
        var table = (await Kubectl.Run(command)).ShouldSucceed().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        table[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).ShouldBe(columns);
        table[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..values.Length].ShouldBe(values);
    }
}
