using DpuCluster.Api;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing;
using DpuCluster.Testing.Servers;

namespace DpuCluster.Cli.Tests.Image;

/// <summary>
/// The published files, started as the manifests of the reference implementation start them: by the name alone, with <c>--leader-elect</c>,
/// nowhere to write to, and ten seconds to end.
/// </summary>
[Collection(PublishedFiles.Collection)]
public sealed class EntryPointTests(PublishedFiles published) : IDisposable
{
    private readonly Executable _executable = new();

    public void Dispose() => _executable.Dispose();

    [Fact]
    public void Image_has_a_file_of_each_name_and_nothing_that_only_developers_need()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        string[] names = ["dpucluster", "kamaji-cluster-manager", "operator", "provisioning", "static-cluster-manager"];
        published.Names.Where(name => !name.Contains('.', StringComparison.Ordinal)).ShouldBe(names);
        foreach (var name in names)
        {
            File.GetUnixFileMode(published.Path(name)).HasFlag(UnixFileMode.OtherExecute | UnixFileMode.OtherRead).ShouldBeTrue(name);
        }

        published.Names.ShouldNotContain(name => name.EndsWith(".pdb", StringComparison.Ordinal) || name.EndsWith(".xml", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("kamaji-cluster-manager", "204fbe18.dpu.nvidia.com")]
    [InlineData("static-cluster-manager", "507jei28.dpu.nvidia.com")]
    [InlineData("provisioning", "dpucluster-provisioning.dpu.nvidia.com")]
    [InlineData("operator", "dpucluster-operator.dpu.nvidia.com")]
    public async Task File_serves_probes_and_metrics_holds_its_lease_and_gives_it_back(string name, string lease)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using var host = await HostCluster.StartAsync();
        await host.DefineAsync<DPFOperatorConfig>(ApiCrds.All["dpfoperatorconfigs.operator.dpu.nvidia.com"]);
        await host.DefineAsync<TenantControlPlane>(ApiCrds.StandIns.Values.Single());
        _executable.With("KUBECONFIG", _executable.File("kubeconfig", host.Server.AdminKubeconfig)).InImage();
        var (metrics, probes) = (FreePorts.Next(), FreePorts.Next());
        await using var process = _executable.StartFile(
            published.Path(name), "--leader-elect", $"--metrics-bind-address=127.0.0.1:{metrics}", $"--health-probe-bind-address=127.0.0.1:{probes}");

        using var client = new HttpClient();
        var ready = await Eventually.Get(
            () => client.GetStringAsync(new Uri($"http://127.0.0.1:{probes}/readyz")), answer => answer == "ok", $"{name} is ready");
        ready.ShouldBe("ok", process.Said);
        (await client.GetStringAsync(new Uri($"http://127.0.0.1:{probes}/healthz"))).ShouldBe("ok");
        await Eventually.Get(
            () => client.GetStringAsync(new Uri($"http://127.0.0.1:{metrics}/metrics")),
            text => text.Contains($"leader_election_master_status{{name=\"{lease}\"}} 1", StringComparison.Ordinal),
            $"{name} says that it holds its lease: {process.Said}");
        var leases = host.Admin.Resources<Lease>();
        (await leases.GetAsync(HostCluster.Namespace, lease, default)).Spec!.HolderIdentity.ShouldNotBeNullOrEmpty();

        (await process.TerminateAsync()).ShouldBe(0, process.Said);

        (await leases.GetAsync(HostCluster.Namespace, lease, default)).Spec!.HolderIdentity.ShouldBeNullOrEmpty();
    }

    [Theory]
    [InlineData("kamaji-cluster-manager", "kamaji-cluster-manager")]
    [InlineData("static-cluster-manager", "static-cluster-manager")]
    [InlineData("provisioning", "provisioning-controller")]
    [InlineData("operator", "operator")]
    public async Task File_listens_where_the_probes_of_the_manifests_ask_and_refuses_what_it_does_not_know(string name, string command)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var help = (await _executable.InImage().RunFile(published.Path(name), "--help")).ShouldSucceed().Output;
        help.ShouldContain("[default: :8080]");
        help.ShouldContain("[default: :8081]");

        var refused = await _executable.RunFile(published.Path(name), "--leader-elect", "--leader-elekt");
        refused.ExitCode.ShouldBe(2);
        refused.Output.ShouldBeEmpty();
        refused.Error.ShouldContain("'--leader-elekt'");
        refused.Error.ShouldContain($"see: dpucluster {command} --help");
    }
}
