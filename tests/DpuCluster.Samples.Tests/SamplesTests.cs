using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.ApiServer;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Provisioning;
using DpuCluster.Testing;
using DpuCluster.Testing.Servers;

namespace DpuCluster.Samples.Tests;

/// <summary>The samples as programs of their own: a third party's cluster manager makes a cluster, a consumer uses it.</summary>
public sealed class SamplesTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("dpucluster-samples-");

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public async Task Manager_takes_a_control_plane_of_the_pool_a_consumer_lists_its_nodes_and_deletion_gives_it_back()
    {
        await using var host = await HostCluster.StartAsync();
        await host.RunAsync("provisioning-controller", builder => builder.AddProvisioning());
        await using var dpu = await EmbeddedApiServer.StartAsync(new() { Name = "dpu" });
        using (var admin = new KubernetesClient(HostCluster.ConfigurationOf(dpu.AdminKubeconfig)))
        {
            await admin.Resources<Node>().CreateAsync(new() { Metadata = new() { Name = "dpu-7" } }, null, default);
        }

        var kubeconfig = Path.Combine(_home.FullName, "host.conf");
        await File.WriteAllTextAsync(kubeconfig, host.Server.AdminKubeconfig);
        await using var manager = new RunningProcess(Program("acme-cluster-manager"), [kubeconfig], Environment);
        await host.CreateAsync("c1", "acme.example/fast");
        (await host.BecomesAsync("c1", ClusterConditionType.Created, "PoolEmpty")).Message.ShouldContain("acme.example/pool=fast");
        (await Consume(kubeconfig)).Output.ShouldBeEmpty();

        await host.PutSecretAsync("spare-1", dpu.AdminKubeconfig);
        await LabelAsync(host, "spare-1");

        var ready = await host.ReachesAsync("c1", ClusterPhase.Ready);
        ready.Spec.Kubeconfig.ShouldBe("spare-1");
        (await Consume(kubeconfig)).Output.ShouldBe($"{HostCluster.Namespace}/c1\tdpu-7\n");

        // The pool is empty again: a second one waits until the first is deleted.
        await host.CreateAsync("c2", "acme.example/fast");
        await host.BecomesAsync("c2", ClusterConditionType.Created, "PoolEmpty");
        await host.DeleteAsync("c1");
        await host.IsGoneAsync("c1");
        (await host.ReachesAsync("c2", ClusterPhase.Ready)).Spec.Kubeconfig.ShouldBe("spare-1");

        (await manager.TerminateAsync()).ShouldBe(0, manager.Said);
    }

    [Theory]
    [InlineData("samples/cluster-manager/PoolManager.cs", "docs/writing-a-manager.md")]
    [InlineData("samples/consumer/Program.cs", "docs/writing-a-manager.md")]
    public void Code_in_the_documentation_is_the_code_that_runs_here(string sample, string document)
    {
        var root = Repository.Root();
        var code = File.ReadAllText(Path.Combine(root, sample));

        File.ReadAllText(Path.Combine(root, document)).ShouldContain($"```csharp\n{code}```", Case.Sensitive, $"{document} quotes {sample}: copy it there anew");
    }

    private static Task<Secret> LabelAsync(HostCluster host, string secret) => host.Secrets.PatchAsync(
        HostCluster.Namespace,
        secret,
        Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["acme.example/pool"] = "fast" } } }),
        null,
        default);

    private static async Task<ProcessResult> Consume(string kubeconfig) =>
        (await ProcessRunner.RunAsync(Program("dpu-nodes"), [kubeconfig], environment: Environment)).ShouldSucceed();

    private static string Program(string name) => Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? $"{name}.exe" : name);

    // The programs have been built for the runtime that runs the tests.
    private static Dictionary<string, string?> Environment => new()
    {
        ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")),
    };
}
