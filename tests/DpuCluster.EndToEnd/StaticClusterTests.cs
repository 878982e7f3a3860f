using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>The life of a static cluster, as a person lives it with kubectl.</summary>
public sealed class StaticClusterTests(Site site) : IClassFixture<Site>
{
    private const string Ns = "dpf-operator-system";
    private const string ReadyStatus = "{.status.conditions[?(@.type=='Ready')].status}";
    private const string ReadyMessage = "{.status.conditions[?(@.type=='Ready')].message}";
    private const string CreatedReason = "{.status.conditions[?(@.type=='Created')].reason}";
    private const string CreatedMessage = "{.status.conditions[?(@.type=='Created')].message}";
    private const string Phase = "{.status.phase}";

    private Kubectl Kubectl => site.Kubectl;

    [ToolFact("kubectl")]
    public async Task Walk_through_of_the_documentation_ends_with_Ready()
    {
        var tenant = await site.StartTenant();
        var admin = Convert.ToBase64String(await File.ReadAllBytesAsync(tenant.KubeconfigFile));
        await Kubectl.Apply($"""
            apiVersion: v1
            data:
              admin.conf: {admin}
            kind: Secret
            metadata:
              name: dpu-cluster-1-admin-kubeconfig
              namespace: dpf-operator-system
            type: Opaque
            """);
        await Kubectl.Apply("""
            apiVersion: provisioning.dpu.nvidia.com/v1alpha1
            kind: DPUCluster
            metadata:
              name: dpu-cluster-1
              namespace: dpf-operator-system
            spec:
              ## type signals which controller implementation should take responsibility for the DPUCluster.
              type: static
              ## Max nodes is the maximum number of nodes supported by the DPUCluster implementation.
              maxNodes: 10
              ## Version is the version of the Kubernetes control plane.
              version: v1.30.2
              ## Kubeconfig is the name of a secret in the same namespace as the DPUCluster object.
              ## Note: This field is supplied by the user in the static cluster manager - but this may not be the case for other implementations.
              kubeconfig: dpu-cluster-1-admin-kubeconfig
            """);

        (await Kubectl.Run($"-n {Ns} wait --for=condition=Ready dpucluster/dpu-cluster-1 --timeout=60s")).ShouldSucceed();

        var table = (await Kubectl.Run($"-n {Ns} get dpucluster dpu-cluster-1")).ShouldSucceed().Output.Split('\n');
        table[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .ShouldBe(["NAME", "READY", "PHASE", "TYPE", "MAXNODES", "VERSION", "NODES", "AGE"]);
        table[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..7]
            .ShouldBe(["dpu-cluster-1", "True", "Ready", "static", "10", "v1.30.2", "0"]);
    }

    [ToolFact("kubectl")]
    public async Task Host_cluster_itself_can_be_adopted()
    {
        var name = site.NewName("self");
        await CreateSecret(name, site.Executable.File("host.conf"));
        await CreateCluster(name, name);

        await IsReady(name);
    }

    [ToolFact("kubectl")]
    public async Task Cluster_without_a_kubeconfig_waits_until_its_name_is_injected()
    {
        var tenant = await site.StartTenant();
        var name = site.NewName("injected");
        await CreateCluster(name, kubeconfig: null);
        await Kubectl.HasValue(Cluster(name), CreatedReason, "EmptyKubeconfig");
        await CreateSecret(name, tenant.KubeconfigFile);

        (await Kubectl.RunWith(["-n", Ns, "patch", "dpucluster", name, "--type=merge", "-p", $$$"""{"spec":{"kubeconfig":"{{{name}}}"}}"""])).ShouldSucceed();

        await IsReady(name);
    }

    [ToolFact("kubectl")]
    public async Task Cluster_whose_Secret_is_missing_says_which_and_is_Ready_when_it_appears()
    {
        var tenant = await site.StartTenant();
        var name = site.NewName("late");
        await CreateCluster(name, name);
        await Kubectl.HasValue(Cluster(name), CreatedReason, "KubeconfigNotFound");
        (await Kubectl.Value(Cluster(name), CreatedMessage)).ShouldContain($"{Ns}/{name}");

        await CreateSecret(name, tenant.KubeconfigFile);

        await IsReady(name);
    }

    [ToolFact("kubectl")]
    public async Task Malformed_kubeconfig_is_refused_and_healed_by_a_good_one()
    {
        var tenant = await site.StartTenant();
        var name = site.NewName("malformed");
        await CreateSecretOf(name, "clusters: [unfinished");
        await CreateCluster(name, name);
        await Kubectl.HasValue(Cluster(name), CreatedReason, "KubeconfigInvalid");
        (await Kubectl.Value(Cluster(name), CreatedMessage)).ShouldContain($"Secret {Ns}/{name}, key admin.conf");

        await ReplaceSecret(name, tenant.KubeconfigFile);

        await IsReady(name);
    }

    [ToolFact("kubectl")]
    public async Task Kubeconfig_with_an_exec_plugin_is_refused_and_the_plugin_never_run()
    {
        var name = site.NewName("exec");
        var witness = site.Executable.File($"{name}-was-run");
        await CreateSecretOf(name, $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: c
              cluster:
                server: https://127.0.0.1:6443
            users:
            - name: u
              user:
                exec:
                  apiVersion: client.authentication.k8s.io/v1
                  command: touch
                  args: ["{witness}"]
            contexts:
            - name: x
              context:
                cluster: c
                user: u
            current-context: x
            """);
        await CreateCluster(name, name);

        await Kubectl.HasValue(Cluster(name), CreatedReason, "KubeconfigInvalid");
        (await Kubectl.Value(Cluster(name), CreatedMessage)).ShouldContain("exec");
        File.Exists(witness).ShouldBeFalse();
    }

    [ToolFact("kubectl")]
    public async Task Kubeconfig_with_two_users_is_refused()
    {
        var tenant = await site.StartTenant();
        var name = site.NewName("two");
        var kubeconfig = await File.ReadAllTextAsync(tenant.KubeconfigFile);
        await CreateSecretOf(name, kubeconfig.Replace("users:\n", "users:\n- name: second\n  user:\n    token: not-a-secret\n", StringComparison.Ordinal));
        await CreateCluster(name, name);

        await Kubectl.HasValue(Cluster(name), CreatedReason, "KubeconfigInvalid");
        var message = await Kubectl.Value(Cluster(name), CreatedMessage);
        message.ShouldContain("user");
        message.ShouldNotContain("not-a-secret");
    }

    [ToolFact("kubectl")]
    public async Task Killed_tenant_makes_the_cluster_NotReady_and_its_return_Ready()
    {
        var tenant = await site.StartTenant();
        var name = site.NewName("killed");
        await CreateSecret(name, tenant.KubeconfigFile);
        await CreateCluster(name, name);
        await IsReady(name);

        await tenant.Kill();
        await Kubectl.HasValue(Cluster(name), Phase, "NotReady");
        (await Kubectl.Value(Cluster(name), ReadyMessage)).ShouldContain("refused");

        await tenant.Start();
        await IsReady(name);
    }

    [ToolFact("kubectl")]
    public async Task Tenant_that_only_stops_answering_is_NotReady_too_and_Ready_when_it_goes_on()
    {
        var tenant = await site.StartTenant();
        var name = site.NewName("stopped");
        await CreateSecret(name, tenant.KubeconfigFile);
        await CreateCluster(name, name);
        await IsReady(name);

        await tenant.Process.SignalAsync("STOP");
        await Kubectl.HasValue(Cluster(name), Phase, "NotReady");

        await tenant.Process.SignalAsync("CONT");
        await IsReady(name);
    }

    [ToolFact("kubectl")]
    public async Task Rotated_Secret_is_in_use_at_once()
    {
        var (first, second) = (await site.StartTenant(), await site.StartTenant());
        await second.Kubectl.Apply("""
            apiVersion: v1
            kind: Node
            metadata:
              name: dpu-1
            """);
        var name = site.NewName("rotated");
        await CreateSecret(name, first.KubeconfigFile);
        await CreateCluster(name, name);
        await IsReady(name);
        (await Kubectl.Value(Cluster(name), "{.status.nodesCount}")).ShouldBe("0");

        await ReplaceSecret(name, second.KubeconfigFile);

        await Kubectl.HasValue(Cluster(name), "{.status.nodesCount}", "1");

        // With the old credentials the end of the first control plane would be noticed.
        await first.Kill();
        (await Kubectl.Value(Cluster(name), ReadyStatus)).ShouldBe("True");
    }

    [ToolFact("kubectl")]
    public async Task Wrong_type_is_refused_with_what_is_allowed()
    {
        var refused = await Kubectl.Run("apply -f -", Manifest(site.NewName("wrong"), "none", type: "openshift"));

        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain("spec.type");
    }

    [ToolFact("kubectl")]
    public async Task Kubeconfig_can_neither_be_changed_nor_removed_once_it_is_set()
    {
        var name = site.NewName("fixed");
        await CreateCluster(name, "one");

        foreach (var patch in new[] { """{"spec":{"kubeconfig":"other"}}""", """{"spec":{"kubeconfig":null}}""", """{"spec":{"kubeconfig":""}}""" })
        {
            var refused = await Kubectl.RunWith(["-n", Ns, "patch", "dpucluster", name, "--type=merge", "-p", patch]);
            refused.ExitCode.ShouldBe(1, patch);
            refused.Error.ShouldContain("kubeconfig is immutable");
        }

        (await Kubectl.Value(Cluster(name), "{.spec.kubeconfig}")).ShouldBe("one");
    }

    [ToolFact("kubectl")]
    public async Task Type_without_a_manager_is_named_in_Ready()
    {
        var name = site.NewName("nobody");
        await Kubectl.Apply(Manifest(name, "none", type: "acme.example/fast"));

        await Kubectl.HasValue(Cluster(name), "{.status.conditions[?(@.type=='Ready')].reason}", "NoClusterManager");
        (await Kubectl.Value(Cluster(name), ReadyMessage)).ShouldContain("acme.example/fast");
    }

    [ToolFact("kubectl")]
    public async Task Deletion_leaves_the_users_Secret()
    {
        var tenant = await site.StartTenant();
        var name = site.NewName("deleted");
        await CreateSecret(name, tenant.KubeconfigFile);
        await CreateCluster(name, name);
        await IsReady(name);

        (await Kubectl.Run($"-n {Ns} delete dpucluster {name} --timeout=60s")).ShouldSucceed();

        (await Kubectl.Run($"-n {Ns} get dpucluster {name} --ignore-not-found")).ShouldSucceed().Output.ShouldBeEmpty();
        (await Kubectl.Value($"-n {Ns} secret {name}", "{.metadata.name}")).ShouldBe(name);
    }

    private static string Cluster(string name) => $"-n {Ns} dpucluster {name}";

    private Task IsReady(string name) => Kubectl.HasValue(Cluster(name), Phase, "Ready");

    private async Task CreateSecret(string name, string file) =>
        (await Kubectl.Run($"-n {Ns} create secret generic {name} --from-file=admin.conf={file}")).ShouldSucceed();

    private async Task ReplaceSecret(string name, string file)
    {
        var manifest = (await Kubectl.Run($"-n {Ns} create secret generic {name} --from-file=admin.conf={file} --dry-run=client -o yaml")).ShouldSucceed().Output;
        (await Kubectl.Run("replace -f -", manifest)).ShouldSucceed();
    }

    private async Task CreateSecretOf(string name, string kubeconfig)
    {
        var file = site.Executable.File($"{name}.kubeconfig");
        await File.WriteAllTextAsync(file, kubeconfig);
        await CreateSecret(name, file);
    }

    private Task CreateCluster(string name, string? kubeconfig) => Kubectl.Apply(Manifest(name, kubeconfig));

    private static string Manifest(string name, string? kubeconfig, string type = "static") => $"""
        apiVersion: provisioning.dpu.nvidia.com/v1alpha1
        kind: DPUCluster
        metadata:
          name: {name}
          namespace: {Ns}
        spec:
          type: {type}
          maxNodes: 10
        {(kubeconfig is null ? "" : $"  kubeconfig: {kubeconfig}")}
        """;
}
