using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>The life of a Kamaji cluster, as a person lives it with kubectl.</summary>
public sealed class KamajiClusterTests(Site site) : IClassFixture<Site>
{
    private const string Ns = "dpf-operator-system";
    private const string Phase = "{.status.phase}";
    private const string TenantState = "{.status.kubernetesResources.version.status}";

    private Kubectl Kubectl => site.Kubectl;

    [ToolFact("kubectl")]
    public async Task Kamaji_manifest_of_the_documentation_becomes_Ready_and_its_control_plane_works()
    {
        await Kubectl.Apply(Documentation("dpu-cluster-1", vip: "192.0.2.100"));

        await IsReady("dpu-cluster-1");

        var dpu = await Admin("dpu-cluster-1");
        (await dpu.Run("get namespaces")).ShouldSucceed().Output.ShouldContain("kube-system");
        (await dpu.Run("create configmap joined --from-literal=a=b")).ShouldSucceed();
        (await dpu.Value("configmap joined", "{.data.a}")).ShouldBe("b");
        (await dpu.Run("version")).ShouldSucceed().Output.ShouldContain("v1.30.2+dpucluster");

        // What was made tells the story: who runs where, and under which address.
        var port = await Kubectl.Value($"-n {Ns} service dpu-cluster-1", "{.spec.ports[0].nodePort}");
        (await Kubectl.Value($"-n {Ns} tenantcontrolplane dpu-cluster-1", "{.status.controlPlaneEndpoint}")).ShouldBe($"192.0.2.100:{port}");
        (await Kubectl.Value($"-n {Ns} service dpu-cluster-1", "{.spec.ports[*].port}")).ShouldBe(port);
        (await Kubectl.Value($"-n {Ns} daemonset dpu-cluster-1-keepalived", "{.status.numberReady}")).ShouldBe("1");
        var pods = await Kubectl.Value($"-n {Ns} pods", "{range .items[*]}{.metadata.name}@{.spec.nodeName} {end}");
        pods.Split(' ').Where(pod => pod.StartsWith("dpu-cluster-1-keepalived-", StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldEndWith("@control-plane-1");
        var table = (await Kubectl.Run($"-n {Ns} get tenantcontrolplane dpu-cluster-1")).ShouldSucceed().Output.Split('\n');
        table[0].ShouldContain("CONTROL-PLANE ENDPOINT");
        table[1].ShouldContain("Ready");
    }

    [ToolFact("kubectl")]
    public async Task Kamaji_manifest_of_the_standalone_guide_becomes_Ready()
    {
        await Kubectl.Apply(StandaloneGuide.Today(StandaloneGuide.Kamaji));

        (await Kubectl.Run("wait --for=condition=Ready dpucluster/test --timeout=60s")).ShouldSucceed();
        await Kubectl.HasValue("dpucluster test", Phase, "Ready");
        (await Kubectl.Value("pods -l kamaji.clastix.io/name=test", "{.items[*].status.phase}")).ShouldBe("Running Running Running");
    }

    [ToolFact("kubectl")]
    public async Task Placeholder_of_the_documentation_makes_the_cluster_Failed_until_it_is_replaced()
    {
        var name = site.NewName("placeholder");
        await Kubectl.Apply(Documentation(name, vip: "dpucluster_vip", router: 127));

        await Kubectl.HasValue(Cluster(name), Phase, "Failed");
        (await Kubectl.Value(Cluster(name), "{.status.conditions[?(@.type=='Created')].reason}")).ShouldBe("InvalidClusterEndpoint");
        (await Kubectl.Value(Cluster(name), "{.status.conditions[?(@.type=='Created')].message}")).ShouldContain("dpucluster_vip");

        await Kubectl.Apply(Documentation(name, vip: "192.0.2.101", router: 127));
        await IsReady(name);
    }

    [ToolFact("kubectl")]
    public async Task Upgrade_keeps_what_is_in_the_cluster()
    {
        var name = site.NewName("upgraded");
        await Kubectl.Apply(Documentation(name, vip: "192.0.2.102", router: 128));
        await IsReady(name);
        var dpu = await Admin(name);
        (await dpu.Run("create namespace kept")).ShouldSucceed();

        await Kubectl.Apply(Documentation(name, vip: "192.0.2.102", router: 128).Replace("v1.30.2", "v1.31.0", StringComparison.Ordinal));

        await Kubectl.HasValue($"-n {Ns} tenantcontrolplane {name}", "{.status.kubernetesResources.version.version}", "v1.31.0");
        await Kubectl.HasValue($"-n {Ns} tenantcontrolplane {name}", TenantState, "Ready");
        (await dpu.Run("version")).ShouldSucceed().Output.ShouldContain("v1.31.0+dpucluster");
        (await dpu.Run("get namespace kept")).ShouldSucceed();
    }

    [ToolFact("kubectl")]
    public async Task Deletion_leaves_nothing_over()
    {
        var name = site.NewName("deleted");
        await Kubectl.Apply(Documentation(name, vip: "192.0.2.103", router: 129));
        await IsReady(name);
        var dpu = await Admin(name);

        (await Kubectl.Run($"-n {Ns} delete dpucluster {name} --timeout=60s")).ShouldSucceed();

        await Eventually.Get(
            async () => (await Kubectl.Run($"-n {Ns} get dpuclusters,tenantcontrolplanes,services,secrets,configmaps,daemonsets,deployments,replicasets,pods -o name")).ShouldSucceed().Output,
            left => !left.Contains(name, StringComparison.Ordinal),
            $"nothing of {name} is left");
        (await dpu.Run("get namespaces --request-timeout=5s")).ExitCode.ShouldNotBe(0);
    }

    /// <summary>The Kamaji manifest of the documentation, with its placeholder for the virtual IP filled.</summary>
    private static string Documentation(string name, string vip, int router = 126) => $"""
        apiVersion: provisioning.dpu.nvidia.com/v1alpha1
        kind: DPUCluster
        metadata:
          name: {name}
          namespace: dpf-operator-system
        spec:
          ## type signals which controller implementation should take responsibility for the DPUCluster.
          type: kamaji
          ## Max nodes is the maximum number of nodes supported by the DPUCluster implementation.
          maxNodes: 10
          ## Version is the version of the Kubernetes control plane.
          version: v1.30.2
          ## Cluster endpoint is supplied by the user and provides and IP and other details to make the APIServer available.
          clusterEndpoint:
            # deploy keepalived instances on the nodes that match the given nodeSelector.
            keepalived:
              # interface on which keepalived will listen. Should be the oob interface of the control plane node.
              interface: interface_one
              # vip is the Virtual IP reserved for the DPU Cluster load balancer. Must not be allocatable by DHCP.
              vip: {vip}
              # virtualRouterID must be in range [1,255], make sure the given virtualRouterID does not duplicate with any existing keepalived process running on the host
              virtualRouterID: {router}
              # nodeSelector selects which nodes the keepalived pods will be scheduled to.
              nodeSelector:
                node-role.kubernetes.io/control-plane: ""
        """;

    private static string Cluster(string name) => $"-n {Ns} dpucluster {name}";

    private async Task IsReady(string name)
    {
        (await Kubectl.Run($"-n {Ns} wait --for=condition=Ready dpucluster/{name} --timeout=60s")).ShouldSucceed();
        await Kubectl.HasValue(Cluster(name), Phase, "Ready");
    }

    /// <summary>kubectl with the admin kubeconfig that the cluster publishes.</summary>
    private async Task<Kubectl> Admin(string name)
    {
        var secret = await Kubectl.Value(Cluster(name), "{.spec.kubeconfig}");
        secret.ShouldBe($"{name}-admin-kubeconfig");
        var file = site.Executable.File($"{name}.conf");
        await File.WriteAllBytesAsync(file, Convert.FromBase64String(await Kubectl.Value($"-n {Ns} secret {secret}", @"{.data.admin\.conf}")));
        return new(file);
    }
}
