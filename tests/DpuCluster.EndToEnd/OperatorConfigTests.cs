using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>What the documentation says about the DPFOperatorConfig, in an environment whose controllers the operator installs.</summary>
public sealed class OperatorConfigTests(SiteOfPods site) : IClassFixture<SiteOfPods>
{
    private const string Ns = "dpf-operator-system";

    // Word by word.
    private const string Documented = """
        apiVersion: operator.dpu.nvidia.com/v1alpha1
        kind: DPFOperatorConfig
        metadata:
          name: dpfoperatorconfig
          namespace: dpf-operator-system
        spec:
          imagePullSecrets:
          - dpf-pull-secret
          provisioningController:
            bfbPVCName: "bfb-pvc"
          staticClusterManager: {}
        """;

    private Kubectl Kubectl => site.Kubectl;

    [ToolFact("kubectl")]
    public async Task Config_of_the_documentation_runs_the_managers_that_it_names_and_both_kinds_of_clusters_become_Ready()
    {
        // The secret that it names must be there first.
        await Kubectl.Apply(Documented);
        await HasCondition("ImagePullSecretsReconciled", "False");
        (await Kubectl.Value($"-n {Ns} dpfoperatorconfig dpfoperatorconfig", "{.status.conditions[?(@.type=='ImagePullSecretsReconciled')].message}"))
            .ShouldContain("dpf-pull-secret");
        (await Kubectl.RunWith([
            "-n", Ns, "create", "secret", "docker-registry", "dpf-pull-secret", "--docker-server=registry.example", "--docker-username=a", "--docker-password=b",
        ])).ShouldSucceed();
        await HasCondition("ImagePullSecretsReconciled", "True");
        await HasCondition("Ready", "True");
        await Eventually.Get(
            () => Kubectl.Value($"-n {Ns} pods -l app.kubernetes.io/managed-by=dpucluster-operator", "{.items[*].spec.imagePullSecrets[*].name}"),
            names => names == "dpf-pull-secret dpf-pull-secret dpf-pull-secret",
            "every pod, and no other, has the secret");
        await Eventually.Holds(() => ProcessTree.Children(site.Process).Count == 3, "each pod is a process");

        var tenant = await site.StartTenant();
        var adopted = await Adopt(tenant);
        var made = new KamajiCluster(Kubectl, site.Executable, site.NewName("made"));
        await made.Apply(VirtualIp.Numbered(40));
        await IsReady(adopted);
        await made.IsReady();
        (await (await made.Admin()).Run("get namespaces")).ShouldSucceed().Output.ShouldContain("kube-system");

        // Without the field the static manager is gone, and nobody takes a new cluster of its type; what it has adopted stays.
        (await Kubectl.RunWith(["-n", Ns, "patch", "dpfoperatorconfig", "dpfoperatorconfig", "--type=json", "-p", """[{"op":"remove","path":"/spec/staticClusterManager"}]"""]))
            .ShouldSucceed();
        await Eventually.Get(
            async () => (await Kubectl.Run($"-n {Ns} get deployments,pods,serviceaccounts,roles,rolebindings -o name")).ShouldSucceed().Output
                + (await Kubectl.Run("get clusterroles,clusterrolebindings -o name")).ShouldSucceed().Output,
            left => !left.Contains("dpucluster-static-cluster-manager", StringComparison.Ordinal),
            "nothing of the static manager is left");
        await Eventually.Holds(() => ProcessTree.Children(site.Process).Count == 2, "its process is gone");
        var waiting = await Adopt(tenant);
        await HasPhase(waiting, "Creating");
        await IsReady(adopted);

        // And back.
        await Kubectl.Apply(Documented);
        await IsReady(waiting);
        (await Kubectl.Run($"-n {Ns} delete dpuclusters --all --timeout=110s")).ShouldSucceed();
    }

    private async Task<string> Adopt(Tenant tenant)
    {
        var name = site.NewName("adopted");
        (await Kubectl.Run($"-n {Ns} create secret generic {name} --from-file=admin.conf={tenant.KubeconfigFile}")).ShouldSucceed();
        await Kubectl.Apply($"""
            apiVersion: provisioning.dpu.nvidia.com/v1alpha1
            kind: DPUCluster
            metadata:
              name: {name}
              namespace: {Ns}
            spec:
              type: static
              maxNodes: 10
              kubeconfig: {name}
            """);
        return name;
    }

    private Task IsReady(string cluster) => HasPhase(cluster, "Ready");

    private Task HasPhase(string cluster, string phase) => Kubectl.HasValue($"-n {Ns} dpucluster {cluster}", "{.status.phase}", phase);

    private Task HasCondition(string type, string status) =>
        Kubectl.HasValue($"-n {Ns} dpfoperatorconfig dpfoperatorconfig", $$"""{.status.conditions[?(@.type=="{{type}}")].status}""", status);
}
