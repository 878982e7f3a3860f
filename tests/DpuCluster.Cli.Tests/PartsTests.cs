using System.Text.RegularExpressions;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing;
using DpuCluster.Testing.Servers;

namespace DpuCluster.Cli.Tests;

/// <summary>The parts that the program plays, as processes of their own.</summary>
public sealed partial class PartsTests : IDisposable
{
    private readonly Executable _executable = new();

    public void Dispose() => _executable.Dispose();

    [Theory]
    [InlineData("operator", "--replicas")]
    [InlineData("provisioning", "--health-check-interval-seconds")]
    [InlineData("provisioning-controller", "--health-check-interval-seconds")]
    [InlineData("static-cluster-manager", "--allow-insecure-dpu-clusters")]
    public async Task Started_under_the_name_of_a_part_it_plays_that_part(string name, string flag)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var help = (await _executable.RunAs(name, "--help")).ShouldSucceed();

        help.Output.ShouldContain(flag);
        help.Output.ShouldContain("--leader-elect");
    }

    [Theory]
    [InlineData("operator")]
    [InlineData("provisioning")]
    [InlineData("kamaji-cluster-manager")]
    [InlineData("static-cluster-manager")]
    public async Task Every_part_tells_its_version(string name)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var version = (await _executable.Run("--version")).ShouldSucceed().Output;

        version.ShouldMatch(@"^\d+\.\d+\.\d+");
        (await _executable.RunAs(name, "--version")).ShouldSucceed().Output.ShouldBe(version);
    }

    [Fact]
    public void Root_of_the_commands_is_not_called_what_the_program_was_started_as() => CommandLine.Root().Name.ShouldBe("dpucluster");

    [Theory]
    [InlineData("", "standalone")]
    [InlineData("standalone", "--write-kubeconfig")]
    [InlineData("standalone", "--without")]
    [InlineData("standalone tenant", "NAME")]
    [InlineData("provisioning-controller", "--metrics-bind-address")]
    [InlineData("static-cluster-manager", "--health-probe-bind-address")]
    [InlineData("operator", "--keepalived-image")]
    [InlineData("crds", "kubectl apply")]
    public async Task Help_tells_of_every_command(string command, string what)
    {
        var help = (await _executable.Run([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"])).ShouldSucceed();

        help.Output.ShouldContain(what);
        help.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Crds_are_printed() =>
        (await _executable.Run("crds")).ShouldSucceed().Output.ShouldContain("name: dpuclusters.provisioning.dpu.nvidia.com");

    [Theory]
    [InlineData("operator", "dpucluster-operator.dpu.nvidia.com")]
    [InlineData("static-cluster-manager", "507jei28.dpu.nvidia.com")]
    [InlineData("provisioning-controller", "dpucluster-provisioning.dpu.nvidia.com")]
    public async Task Controller_serves_health_and_metrics_and_gives_its_lease_back_when_it_is_told_to_end(string part, string lease)
    {
        await using var host = await HostCluster.StartAsync();
        await host.DefineAsync<DPFOperatorConfig>(ApiCrds.All["dpfoperatorconfigs.operator.dpu.nvidia.com"]);
        var kubeconfig = _executable.File("kubeconfig", host.Server.AdminKubeconfig);
        var port = FreePorts.Next();
        await using var process = _executable.Start(
            part, "--kubeconfig", kubeconfig, "--leader-elect", "--metrics-bind-address", $"127.0.0.1:{port}", "--health-probe-bind-address", $"127.0.0.1:{port}");
        var leases = host.Admin.Resources<Lease>();
        await Eventually.Get(
            () => leases.FindAsync(HostCluster.Namespace, lease, default), one => one?.Spec?.HolderIdentity is { Length: > 0 }, $"the lease is held: {process.Said}");

        using var client = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}") };
        (await Eventually.Get(() => client.GetAsync(new Uri("/readyz", UriKind.Relative)), answer => answer.IsSuccessStatusCode, "ready")).Dispose();
        (await client.GetStringAsync(new Uri("/healthz", UriKind.Relative))).ShouldBe("ok");
        Help().Count(await client.GetStringAsync(new Uri("/metrics", UriKind.Relative))).ShouldBeGreaterThan(5);

        (await process.TerminateAsync()).ShouldBe(0, process.Said);

        (await leases.GetAsync(HostCluster.Namespace, lease, default)).Spec!.HolderIdentity.ShouldBeNullOrEmpty();
        process.Said.ShouldNotContain("BEGIN");
    }

    [Fact]
    public async Task Address_that_is_in_use_is_refused_with_exit_code_2()
    {
        await using var host = await HostCluster.StartAsync();
        var kubeconfig = _executable.File("kubeconfig", host.Server.AdminKubeconfig);

        var result = await _executable.Run(
            "static-cluster-manager", "--kubeconfig", kubeconfig, "--metrics-bind-address", "0", "--health-probe-bind-address", $"127.0.0.1:{host.Server.Address.Port}");

        result.ExitCode.ShouldBe(2, result.Error);
        result.Error.ShouldContain("--health-probe-bind-address");
        result.Error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Standalone_that_is_told_to_end_ends_with_0_and_writes_no_escape_codes_into_a_pipe()
    {
        await using var process = _executable.Start("standalone");
        await process.HasSaid("In another terminal");

        (await process.TerminateAsync()).ShouldBe(0, process.Said);

        process.Said.ShouldNotContain("\u001b");
        process.Said.ShouldContain("export KUBECONFIG=");
    }

    [GeneratedRegex("^# HELP ", RegexOptions.Multiline)]
    private static partial Regex Help();
}
