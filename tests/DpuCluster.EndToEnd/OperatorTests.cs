using System.Globalization;
using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>The environment as a user starts it: the operator installs the controllers, and each runs as a process of its own.</summary>
public sealed class OperatorTests : IDisposable
{
    private const string Ns = "dpf-operator-system";
    private const string Config = "dpfoperatorconfig dpfoperatorconfig";

    private readonly Executable _executable = new();

    public void Dispose() => _executable.Dispose();

    [ToolFact("kubectl")]
    public async Task Controllers_are_processes_with_logs_that_come_back_when_deleted_and_go_with_their_section()
    {
        await using var environment = _executable.Start("standalone", "--write-kubeconfig", _executable.File("host.conf"));
        await environment.HasSaid("kubectl get dpuclusters");
        var kubectl = new Kubectl(_executable.File("host.conf"));
        await IsReady(kubectl);
        await ProcessTree.Has(environment.Id, 3);

        // What the table of the documentation shows.
        var table = (await kubectl.Run($"-n {Ns} get dpfoperatorconfig")).ShouldSucceed().Output.Split('\n');
        table[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).ShouldBe(["NAME", "READY", "PHASE", "AGE"]);
        table[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..3].ShouldBe(["dpfoperatorconfig", "True", "Success"]);

        var pod = await Pod(kubectl, "static-cluster-manager");
        await Eventually.Get(
            async () => (await kubectl.Run($"-n {Ns} logs {pod}")).ShouldSucceed().Output,
            log => log.Contains("507jei28.dpu.nvidia.com", StringComparison.Ordinal) && !log.Contains("simulated", StringComparison.Ordinal),
            "the process's own output is the log");
        var address = await kubectl.Value($"-n {Ns} pod {pod}", "{.status.podIP}");
        using (var http = new HttpClient())
        {
            (await http.GetStringAsync(new Uri($"http://{address}:8081/readyz"))).ShouldBe("ok");
            (await http.GetStringAsync(new Uri($"http://{address}:8080/metrics"))).ShouldContain("leader_election_master_status");
        }

        (await kubectl.Run($"-n {Ns} delete pod {pod} --timeout=110s")).ShouldSucceed();
        await Eventually.Get(() => Pod(kubectl, "static-cluster-manager"), name => name.Length > 0 && name != pod, "another pod has come");
        await IsReady(kubectl);
        await Eventually.Holds(() => ProcessTree.Children(environment.Id).Count == 3, "the old process is gone");

        (await kubectl.RunWith(["-n", Ns, "patch", .. Config.Split(' '), "--type=merge", "-p", """{"spec":{"staticClusterManager":null}}"""])).ShouldSucceed();
        await Eventually.Get(
            async () => (await kubectl.Run($"-n {Ns} get deployments,serviceaccounts -o name")).ShouldSucceed().Output,
            left => !left.Contains("static-cluster-manager", StringComparison.Ordinal),
            "nothing of the static manager is left");
        await Eventually.Holds(() => ProcessTree.Children(environment.Id).Count == 2, "its process is gone");

        (await environment.TerminateAsync()).ShouldBe(0, environment.Said);
    }

    [ToolFact("kubectl")]
    public async Task Controllers_end_with_an_environment_that_is_killed()
    {
        await using var environment = _executable.Start("standalone", "--write-kubeconfig", _executable.File("host.conf"));
        await environment.HasSaid("kubectl get dpuclusters");
        await IsReady(new Kubectl(_executable.File("host.conf")));
        var children = await ProcessTree.Has(environment.Id, 3);

        await environment.SignalAsync("KILL");

        await Eventually.Holds(() => children.All(child => !Directory.Exists($"/proc/{child}")), "no child is left");
    }

    [ToolFact("kubectl")]
    public async Task Environment_ends_in_order_though_a_controller_does_not()
    {
        await using var environment = _executable.Start("standalone", "--write-kubeconfig", _executable.File("host.conf"));
        await environment.HasSaid("kubectl get dpuclusters");
        await IsReady(new Kubectl(_executable.File("host.conf")));
        var children = ProcessTree.Children(environment.Id);
        (await ProcessRunner.RunAsync("kill", ["-STOP", $"{children[0]}"])).ShouldSucceed();

        (await environment.TerminateAsync()).ShouldBe(0, environment.Said);

        await Eventually.Holds(() => children.TrueForAll(child => !Directory.Exists($"/proc/{child}")), "no child is left");
    }

    [ToolFact("kubectl")]
    public async Task Controllers_of_an_environment_that_was_killed_take_their_leases_up_again_without_waiting_for_them_to_run_out()
    {
        string[] start = ["standalone", "--data-dir", _executable.File("data"), "--write-kubeconfig", _executable.File("host.conf")];
        var kubectl = new Kubectl(_executable.File("host.conf"));
        string[] before;
        List<int> children;
        await using (var killed = _executable.Start(start))
        {
            await killed.HasSaid("kubectl get dpuclusters");
            await IsReady(kubectl);
            before = await Eventually.Get(() => Holders(kubectl), all => all.Length == 4 && Array.TrueForAll(all, Held), "each has its lease");
            children = ProcessTree.Children(killed.Id);
            await killed.SignalAsync("KILL");
        }

        await Eventually.Holds(() => children.TrueForAll(child => !Directory.Exists($"/proc/{child}")), "no child is left");
        var renewed = DateTimeOffset.UtcNow;
        await using var environment = _executable.Start(start);
        await environment.HasSaid("kubectl get dpuclusters");

        await Eventually.Get(
            () => kubectl.Value($"-n {Ns} leases", "{.items[*].spec.renewTime}"),
            times => times.Split(' ').All(time => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture) > renewed),
            "each renews its lease again");

        // Whoever has had to wait for a lease is another holder, and has counted a transition.
        (await Holders(kubectl)).ShouldBe(before);
        await IsReady(kubectl);
        await ProcessTree.Has(environment.Id, 3);
        (await environment.TerminateAsync()).ShouldBe(0, environment.Said);
    }

    [ToolFact("kubectl")]
    public async Task Controller_that_is_left_out_is_simulated_and_can_be_run_by_hand_with_its_own_account()
    {
        await using var environment = _executable.Start("standalone", "--without", "static-cluster-manager", "--write-kubeconfig", _executable.File("host.conf"));
        await environment.HasSaid("kubectl get dpuclusters");
        var kubectl = new Kubectl(_executable.File("host.conf"));
        await IsReady(kubectl);
        await ProcessTree.Has(environment.Id, 2);
        (await kubectl.Run($"-n {Ns} logs {await Pod(kubectl, "static-cluster-manager")}")).ShouldSucceed().Output.ShouldContain("simulated");

        // As the documentation says.
        var token = (await kubectl.Run($"-n {Ns} create token dpucluster-static-cluster-manager")).ShouldSucceed().Output.Trim();
        (await kubectl.Run($"config set-credentials manager --token={token}")).ShouldSucceed();
        (await kubectl.Run("config set-context manager --cluster=dpucluster-default --user=manager")).ShouldSucceed();
        await using var manager = _executable.Start(
            "static-cluster-manager", "--kubeconfig", _executable.File("host.conf"), "--context", "manager", "--leader-elect",
            "--metrics-bind-address", "0", "--health-probe-bind-address", "0");

        await Eventually.Get(
            () => kubectl.Value($"-n {Ns} lease 507jei28.dpu.nvidia.com --ignore-not-found", "{.spec.holderIdentity}"),
            holder => holder.Length > 0,
            "the manager acts");
        (await manager.TerminateAsync()).ShouldBe(0, manager.Said);
        (await environment.TerminateAsync()).ShouldBe(0, environment.Said);
    }

    /// <summary>Of each lease who holds it, and how often it has changed hands.</summary>
    private static async Task<string[]> Holders(Kubectl kubectl) => (await kubectl.Value(
        $"-n {Ns} leases", """{range .items[*]}{.metadata.name} {.spec.holderIdentity} {.spec.leaseTransitions};{end}"""))
        .Split(';', StringSplitOptions.RemoveEmptyEntries);

    private static bool Held(string lease) => lease.Split(' ')[1].Length > 0;

    private static async Task IsReady(Kubectl kubectl) =>
        (await kubectl.Run($"-n {Ns} wait --for=condition=Ready {Config.Replace(' ', '/')} --timeout=110s")).ShouldSucceed();

    private static Task<string> Pod(Kubectl kubectl, string component) => kubectl.Value(
        $"-n {Ns} pods -l app.kubernetes.io/component={component} --field-selector status.phase=Running", "{.items[*].metadata.name}");
}
