using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using DpuCluster.Api;
using DpuCluster.ClusterManager.Kamaji;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Kubernetes;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Kubeconfig;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Operator;
using DpuCluster.Testing;
using DpuCluster.Testing.Servers;

namespace DpuCluster.Standalone.Tests;

public sealed partial class StandaloneEnvironmentTests : IDisposable
{
    private const string Namespace = StandaloneEnvironment.SystemNamespace;

    private readonly StateRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task Static_cluster_becomes_Ready_with_five_writes()
    {
        await using var environment = await StandaloneEnvironment.StartAsync(_root.Options(), default);
        await using var tenant = await StandaloneTenant.StartAsync(_root.Options("site"), default);
        using var client = new KubernetesClient(KubeconfigLoader.Load(environment.KubeconfigFile));
        await client.Resources<Secret>().CreateAsync(
            new()
            {
                Metadata = new() { Namespace = Namespace, Name = "site-kubeconfig" },
                Data = new Dictionary<string, byte[]> { ["admin.conf"] = await File.ReadAllBytesAsync(tenant.KubeconfigFile) },
            },
            null,
            default);
        var clusters = client.Resources<DPUCluster>();

        await clusters.CreateAsync(
            new()
            {
                Metadata = new() { Namespace = Namespace, Name = "c1" },
                Spec = new() { Type = ClusterType.Static, Kubeconfig = "site-kubeconfig" },
            },
            null,
            default);
        await Eventually.Get(() => clusters.GetAsync(Namespace, "c1", default), one => one.Status?.Phase == ClusterPhase.Ready, "the cluster is Ready");

        var writes = await Eventually.Get(() => PatchesAsync(client), count => count >= 5, "five writes");
        writes.ShouldBe(5);
        await clusters.DeleteAsync(Namespace, "c1", null, default);
        await Eventually.Get(() => clusters.FindAsync(Namespace, "c1", default), one => one is null, "the cluster is gone");
        (await PatchesAsync(client)).ShouldBeInRange(
            7, 10, "two finalizers dropped, perhaps the status in between, and each of the two writers may have met the other's write once");
    }

    [Fact]
    public async Task Controller_that_is_left_out_does_not_act_and_its_account_and_role_are_there()
    {
        await using var environment = await StandaloneEnvironment.StartAsync(_root.Options() with { Without = ["static-cluster-manager"] }, default);
        using var client = new KubernetesClient(KubeconfigLoader.Load(environment.KubeconfigFile));

        environment.Controllers.ShouldBe(["provisioning-controller", "kamaji-cluster-manager"]);
        environment.StandIns.ShouldBe(["kamaji-stand-in", "node-stand-in"]);
        await Eventually.Get(
            () => client.Resources<DPFOperatorConfig>().GetAsync(Namespace, "dpfoperatorconfig", default),
            IsReady,
            "the pod that is simulated is as good as any to the operator");
        (await client.GetRawAsync("/apis/rbac.authorization.k8s.io/v1/clusterroles/dpucluster-static-cluster-manager", default)).IsSuccess.ShouldBeTrue();
        (await client.GetRawAsync($"/api/v1/namespaces/{Namespace}/serviceaccounts/dpucluster-static-cluster-manager", default)).IsSuccess.ShouldBeTrue();

        // The parts that are there take a lease when they begin; this one never does.
        await Eventually.Get(() => LeasesAsync(client), leases => leases.Count == 3, "the operator and two controllers hold leases");
        (await LeasesAsync(client)).ShouldNotContain("507jei28.dpu.nvidia.com");
    }

    [Fact]
    public async Task Without_nodes_the_controllers_wait_as_pods()
    {
        await using var environment = await StandaloneEnvironment.StartAsync(_root.Options() with { Without = ["node-stand-in"] }, default);
        using var client = new KubernetesClient(KubeconfigLoader.Load(environment.KubeconfigFile));

        environment.RunsPods.ShouldBeFalse();
        environment.StandIns.ShouldBe(["kamaji-stand-in"]);
        (await client.Resources<Node>().ListAsync(null, null, default)).Items.ShouldBeEmpty();
        var config = await Eventually.Get(
            () => client.Resources<DPFOperatorConfig>().GetAsync(Namespace, "dpfoperatorconfig", default),
            config => config.Status?.Conditions?.Find("SystemComponentsReconciled")?.IsTrue is true,
            "the operator has installed everything");
        IsReady(config).ShouldBeFalse();
        (await LeasesAsync(client)).ShouldBe(["dpucluster-operator.dpu.nvidia.com"]);
    }

    [Fact]
    public async Task Operator_that_is_left_out_can_be_run_elsewhere()
    {
        await using var environment = await StandaloneEnvironment.StartAsync(_root.Options() with { Without = ["operator"] }, default);
        using var client = new KubernetesClient(KubeconfigLoader.Load(environment.KubeconfigFile));
        (await client.GetRawAsync("/apis/rbac.authorization.k8s.io/v1/clusterroles/dpucluster-operator", default)).IsSuccess.ShouldBeTrue();
        var host = ControllerHost.CreateBuilder(new()
        {
            Name = "operator",
            Client = KubeconfigLoader.Load(environment.KubeconfigFile),
            LeaderElect = true,
            LeaseNamespace = Namespace,
            LeaseIdentity = "elsewhere",
            MetricsBindAddress = "0",
            HealthProbeBindAddress = "0",
        })
            .Lease(OperatorHost.LeaseName)
            .AddOperator(new() { Components = SystemParts.Components, Image = KamajiOptions.DefaultImage, Replicas = 1 })
            .Build();
        using var stop = new CancellationTokenSource();
        var running = host.RunAsync(stop.Token);

        await Eventually.Get(
            () => client.Resources<DPFOperatorConfig>().GetAsync(Namespace, "dpfoperatorconfig", default), IsReady, "all controllers run");

        (await client.Resources<Lease>().GetAsync(Namespace, OperatorHost.LeaseName, default)).Spec!.HolderIdentity.ShouldBe("elsewhere");
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Part_that_does_not_exist_cannot_be_left_out_and_the_name_stays_free()
    {
        var refused = await Should.ThrowAsync<UserErrorException>(() => StandaloneEnvironment.StartAsync(_root.Options() with { Without = ["kamaji"] }, default));

        refused.Problem.ShouldContain("\"kamaji\"");
        refused.Remedy.ShouldNotBeNull().ShouldContain("kamaji-cluster-manager");
        await using var environment = await StandaloneEnvironment.StartAsync(_root.Options(), default);
    }

    [Fact]
    public async Task Two_environments_and_a_tenant_of_the_same_name_run_side_by_side()
    {
        await using var one = await StandaloneEnvironment.StartAsync(_root.Options("one"), default);
        await using var two = await StandaloneEnvironment.StartAsync(_root.Options("two"), default);
        await using var tenant = await StandaloneTenant.StartAsync(_root.Options("one"), default);

        new[] { one.Address, two.Address, tenant.Address }.Distinct().Count().ShouldBe(3);
        var refused = await Should.ThrowAsync<UserErrorException>(() => StandaloneEnvironment.StartAsync(_root.Options("one"), default));
        refused.Problem.ShouldBe("an environment named one is running already");
        refused.Remedy.ShouldNotBeNull().ShouldContain("--name");
        refused = await Should.ThrowAsync<UserErrorException>(() => StandaloneTenant.StartAsync(_root.Options("one"), default));
        refused.Problem.ShouldBe("a tenant named one is running already");
        refused.Remedy.ShouldNotBeNull().ShouldContain("tenant NAME");
    }

    [Fact]
    public async Task Port_that_is_in_use_is_refused_with_a_remedy_and_leaves_the_name_free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var refused = await Should.ThrowAsync<UserErrorException>(() => StandaloneEnvironment.StartAsync(_root.Options() with { Port = port }, default));

        refused.Problem.ShouldContain($"{port}");
        refused.Remedy.ShouldNotBeNull().ShouldContain("--port");
        await using var environment = await StandaloneEnvironment.StartAsync(_root.Options(), default);
    }

    [Fact]
    public async Task Kubeconfig_is_merged_into_a_file_without_losing_anything()
    {
        var file = _root.File("config");
        await File.WriteAllTextAsync(file, """
            apiVersion: v1
            kind: Config
            current-context: mine
            preferences: {colors: true}
            clusters: [{name: mine, cluster: {server: "https://example.test:6443", extensions: [{name: x, extension: {y: 1}}]}}]
            users: [{name: me, user: {token: abc}}]
            contexts: [{name: mine, context: {cluster: mine, user: me}}]
            """);

        await using (var environment = await StandaloneEnvironment.StartAsync(_root.Options() with { KubeconfigFile = file }, default))
        {
            var merged = KubeconfigLoader.LoadDocument(file)!;
            merged.Contexts.Select(context => context.Name).ShouldBe(["mine", environment.Name], ignoreOrder: true);
            merged.CurrentContext.ShouldBe(environment.Name);
        }

        var text = await File.ReadAllTextAsync(file);
        text.ShouldContain("colors: true");
        text.ShouldContain("https://example.test:6443");
        text.ShouldContain("extension:");
        text.ShouldContain("token: abc");
    }

    [Fact]
    public async Task File_that_is_no_kubeconfig_is_refused_and_stays_as_it_is()
    {
        var file = _root.File("notes");
        await File.WriteAllTextAsync(file, "just some notes");

        (await Should.ThrowAsync<KubeconfigException>(() => StandaloneEnvironment.StartAsync(_root.Options() with { KubeconfigFile = file }, default)))
            .Message.ShouldContain(file);

        (await File.ReadAllTextAsync(file)).ShouldBe("just some notes");
    }

    [Fact]
    public async Task Authority_and_port_are_kept_over_a_restart_so_that_old_kubeconfigs_still_work()
    {
        // A port that nobody else is given between the two.
        string kubeconfig;
        await using (var first = await StandaloneEnvironment.StartAsync(_root.Options() with { Port = FreePorts.Next() }, default))
        {
            kubeconfig = await File.ReadAllTextAsync(first.KubeconfigFile);
        }

        File.Exists(_root.File("default", "kubeconfig")).ShouldBeFalse("nothing answers there any more");
        await File.WriteAllTextAsync(_root.File("old"), kubeconfig);
        await using var second = await StandaloneEnvironment.StartAsync(_root.Options(), default);

        using var client = new KubernetesClient(KubeconfigLoader.Load(_root.File("old")));
        (await client.GetRawAsync("/readyz", default)).IsSuccess.ShouldBeTrue();
    }

    [Fact]
    public async Task Port_of_the_last_time_that_is_taken_now_is_no_obstacle()
    {
        Uri address;
        await using (var first = await StandaloneEnvironment.StartAsync(_root.Options() with { Port = FreePorts.Next() }, default))
        {
            address = first.Address;
        }

        using var listener = new TcpListener(IPAddress.Loopback, address.Port);
        listener.Start();

        await using var second = await StandaloneEnvironment.StartAsync(_root.Options(), default);

        second.Address.ShouldNotBe(address);
    }

    [Fact]
    public async Task Damaged_authority_is_refused_with_a_remedy()
    {
        Directory.CreateDirectory(_root.File("default"));
        await File.WriteAllTextAsync(_root.File("default", "ca.crt"), "half a cert");
        await File.WriteAllTextAsync(_root.File("default", "ca.key"), "half a key");

        var refused = await Should.ThrowAsync<UserErrorException>(() => StandaloneEnvironment.StartAsync(_root.Options(), default));

        refused.Problem.ShouldContain("ca.crt");
        refused.Remedy.ShouldNotBeNull().ShouldContain("delete");
        refused.Message.ShouldNotContain("half a key");
    }

    [Fact]
    public async Task Kubeconfig_is_readable_for_its_owner_alone()
    {
        await using var environment = await StandaloneEnvironment.StartAsync(_root.Options(), default);

        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(environment.KubeconfigFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private static bool IsReady(DPFOperatorConfig config) => config.Status?.Conditions?.Find("Ready")?.IsTrue is true;

    private static async Task<IReadOnlyList<string?>> LeasesAsync(KubernetesClient client) =>
        [.. (await client.Resources<Lease>().ListAsync(Namespace, null, default)).Items.Select(lease => lease.Metadata.Name)];

    private static async Task<int> PatchesAsync(KubernetesClient client)
    {
        var metrics = await SettledMetrics.OfAsync(client);
        return Patches().Matches(metrics).Sum(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));
    }

    [GeneratedRegex("""^apiserver_request_total\{[^}]*resource="dpuclusters"[^}]*verb="(?:PUT|PATCH)"[^}]*\} (\d+)$""", RegexOptions.Multiline)]
    private static partial Regex Patches();
}
