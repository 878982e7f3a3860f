using DpuCluster.Testing;
using DpuCluster.Testing.Servers;

namespace DpuCluster.EndToEnd;

/// <summary>What users apply to a cluster: the API server takes it, and the operator works under the role that comes with it.</summary>
public sealed class KustomizeTests : IDisposable
{
    private const string Ns = "dpf-operator-system";

    private readonly Executable _executable = new();

    public void Dispose() => _executable.Dispose();

    [ToolFact("kubectl")]
    public async Task Operator_works_as_the_account_that_the_default_base_installs()
    {
        // An API server with nothing in it, that enforces roles.
        await using var server = _executable.Start("standalone", "tenant", "host", "--write-kubeconfig", _executable.File("host.conf"));
        await server.HasSaid("To adopt it");
        var kubectl = new Kubectl(_executable.File("host.conf"));
        var deploy = Path.Combine(Repository.Root(), "deploy");

        (await kubectl.RunWith(["apply", "-k", Path.Combine(deploy, "kustomize", "default"), "--validate=strict"])).ShouldSucceed();
        (await kubectl.Run("wait --for=condition=Established --all crd --timeout=60s")).ShouldSucceed();
        (await kubectl.RunWith(["apply", "-k", Path.Combine(deploy, "kustomize", "default"), "--validate=strict"])).ShouldSucceed().Output.ShouldNotContain("configured");
        (await kubectl.Value($"-n {Ns} deployment dpucluster-operator", "{.spec.replicas} {.spec.template.spec.serviceAccountName}")).ShouldBe("2 dpucluster-operator");

        var arguments = await kubectl.Value($"-n {Ns} deployment dpucluster-operator", "{.spec.template.spec.containers[0].args}");
        arguments.ShouldContain("--leader-elect");
        var token = (await kubectl.Run($"-n {Ns} create token dpucluster-operator")).ShouldSucceed().Output.Trim();
        var cluster = (await kubectl.Run("config view -o jsonpath={.contexts[0].context.cluster}")).ShouldSucceed().Output;
        (await kubectl.Run($"config set-credentials operator --token={token}")).ShouldSucceed();
        (await kubectl.Run($"config set-context operator --cluster={cluster} --user=operator")).ShouldSucceed();
        await using var running = _executable.Start(
            "operator", "--kubeconfig", _executable.File("host.conf"), "--context", "operator", "--leader-elect", "--replicas=2",
            "--metrics-bind-address", "0", "--health-probe-bind-address", "0", "--image", "registry.example/dpucluster:1");

        (await kubectl.RunWith(["apply", "-f", Path.Combine(deploy, "kustomize", "components", "config", "config.yaml")])).ShouldSucceed();
        await HasDeployments(kubectl, running, "dpucluster-kamaji-cluster-manager", "dpucluster-operator", "dpucluster-provisioning-controller");
        (await kubectl.RunWith(["-n", Ns, "patch", "dpfoperatorconfig", "dpfoperatorconfig", "--type=merge", "-p", """{"spec":{"staticClusterManager":{}}}"""])).ShouldSucceed();
        await HasDeployments(
            kubectl, running, "dpucluster-kamaji-cluster-manager", "dpucluster-operator", "dpucluster-provisioning-controller", "dpucluster-static-cluster-manager");
        (await kubectl.Value($"-n {Ns} deployment dpucluster-static-cluster-manager", "{.spec.template.spec.containers[0].image}")).ShouldBe("registry.example/dpucluster:1");

        // What the operator has made goes with its config; what was applied stays.
        (await kubectl.Run($"-n {Ns} delete dpfoperatorconfig dpfoperatorconfig --timeout=60s")).ShouldSucceed();
        await HasDeployments(kubectl, running, "dpucluster-operator");
        (await running.TerminateAsync()).ShouldBe(0, running.Said);
        running.Said.ShouldNotContain("Forbidden");
        (await server.TerminateAsync()).ShouldBe(0, server.Said);
    }

    private static Task<List<string>> HasDeployments(Kubectl kubectl, RunningProcess running, params string[] names) => Eventually.Get(
        async () => (await kubectl.Run($"-n {Ns} get deployments -o name")).ShouldSucceed().Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(name => name.Split('/')[1]).ToList(),
        found => found.SequenceEqual(names),
        $"the Deployments are {string.Join(", ", names)}; the operator says: {running.Said}");
}
