using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Controllers.Permissions;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Kubeconfig;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Operator;
using DpuCluster.Testing;

namespace DpuCluster.Standalone.Tests;

/// <summary>What becomes of the operator and of the controllers that it installs when something goes against them.</summary>
public sealed class ControllersTests : IDisposable
{
    private const string Namespace = StandaloneEnvironment.SystemNamespace;
    private const string StaticLease = "507jei28.dpu.nvidia.com";
    private const string StaticRole = "dpucluster-static-cluster-manager";

    private readonly StateRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task Operator_that_loses_its_lease_is_started_again_and_the_environment_goes_on()
    {
        await using var environment = await StandaloneEnvironment.StartAsync(_root.Options(), default);
        var running = environment.RunUntilAsync(default);
        using var client = Admin(environment);
        await IsReady(client);
        var holder = (await LeaseAsync(client, OperatorHost.LeaseName)).HolderIdentity;

        await Steal(client, OperatorHost.LeaseName);

        await Eventually.Get(() => LeaseAsync(client, OperatorHost.LeaseName), lease => lease.HolderIdentity == holder, "the operator has its lease again");
        await client.Resources<DPFOperatorConfig>().PatchAsync(
            Namespace, "dpfoperatorconfig", Patch.Merge(JsonNode.Parse("""{"spec":{"staticClusterManager":null}}""")!), null, default);
        await Eventually.Get(() => client.Resources<Deployment>().FindAsync(Namespace, StaticRole, default), found => found is null, "the operator acts");
        running.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Controller_in_this_process_that_loses_its_lease_is_started_again_as_a_pod_would_be()
    {
        await using var environment = await StandaloneEnvironment.StartAsync(_root.Options(), default);
        var running = environment.RunUntilAsync(default);
        using var client = Admin(environment);
        var lease = await Eventually.Get(
            () => LeaseAsync(client, StaticLease), one => one.HolderIdentity?.StartsWith(StaticRole, StringComparison.Ordinal) is true, "the manager acts");
        var pod = lease.HolderIdentity!.Split('_')[0];

        await Steal(client, StaticLease);

        await Eventually.Get(() => LeaseAsync(client, StaticLease), one => one.HolderIdentity == lease.HolderIdentity, "the same pod has its lease again");
        await Eventually.Get(() => RestartsAsync(client, pod), restarts => restarts > 0, "its container was started again");
        await IsReady(client);
        running.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Data_directory_of_an_environment_that_ran_without_the_operator_is_taken_up()
    {
        var options = _root.Options() with { DataDirectory = _root.File("data") };
        await using (var old = await StandaloneEnvironment.StartAsync(options with { Without = ["operator", "node-stand-in"] }, default))
        {
            using var client = Admin(old);
            foreach (var role in SystemParts.Components.Select(component => component.Role))
            {
                await MakeAsOnceAsync(client, role);
            }

            await client.Resources<DPFOperatorConfig>().DeleteAsync(Namespace, "dpfoperatorconfig", null, default);
        }

        await using var environment = await StandaloneEnvironment.StartAsync(options, default);
        using var admin = Admin(environment);

        await IsReady(admin);
        (await admin.Resources<ClusterRoleBinding>().GetAsync(null, StaticRole, default)).Subjects.ShouldHaveSingleItem().Kind.ShouldBe("ServiceAccount");
        (await admin.Resources<RoleBinding>().GetAsync(Namespace, StaticRole, default)).Subjects.ShouldHaveSingleItem().Kind.ShouldBe("ServiceAccount");
    }

    [Fact]
    public async Task Role_that_somebody_else_has_made_is_not_taken_away_and_the_config_names_it()
    {
        var options = _root.Options() with { DataDirectory = _root.File("data") };
        await using (var first = await StandaloneEnvironment.StartAsync(options with { Without = ["operator", "node-stand-in"] }, default))
        {
            using var client = Admin(first);
            await client.Resources<ClusterRole>().CreateAsync(new() { Metadata = new() { Name = StaticRole }, Rules = [] }, new() { FieldManager = "me" }, default);
        }

        await using var environment = await StandaloneEnvironment.StartAsync(options, default);
        using var admin = Admin(environment);

        await Eventually.Get(
            () => admin.Resources<DPFOperatorConfig>().GetAsync(Namespace, "dpfoperatorconfig", default),
            config => config.Status?.Conditions?.Find("Ready") is { IsTrue: false } ready && ready.Message.Contains(StaticRole, StringComparison.Ordinal),
            "the config names it");
        (await admin.Resources<ClusterRole>().GetAsync(null, StaticRole, default)).Rules.ShouldBeEmpty();
    }

    /// <summary>What environments put there before they had the operator: roles of users who are known by certificates.</summary>
    private static async Task MakeAsOnceAsync(KubernetesClient client, ControllerRole role)
    {
        var applying = new WriteOptions { FieldManager = "dpucluster-standalone", Force = true };
        var user = ControllerRole.User($"dpucluster:{role.Controller}");
        await client.Resources<ClusterRole>().ApplyAsync(role.ClusterRole(), applying, default);
        await client.Resources<ClusterRoleBinding>().ApplyAsync(role.ClusterRoleBinding(user), applying, default);
        await client.Resources<Role>().ApplyAsync(role.Role(Namespace), applying, default);
        await client.Resources<RoleBinding>().ApplyAsync(role.RoleBinding(Namespace, user), applying, default);
    }

    private static KubernetesClient Admin(StandaloneEnvironment environment) => new(KubeconfigLoader.Load(environment.KubeconfigFile));

    /// <summary>Somebody else takes a lease, for some seconds, and does not renew it.</summary>
    private static Task<Lease> Steal(KubernetesClient client, string lease) => client.Resources<Lease>().PatchAsync(
        Namespace, lease, Patch.Merge(JsonNode.Parse("""{"spec":{"holderIdentity":"thief","leaseDurationSeconds":5}}""")!), null, default);

    private static async Task<LeaseSpec> LeaseAsync(KubernetesClient client, string name) => (await client.Resources<Lease>().GetAsync(Namespace, name, default)).Spec!;

    private static Task<DPFOperatorConfig> IsReady(KubernetesClient client) => Eventually.Get(
        () => client.Resources<DPFOperatorConfig>().GetAsync(Namespace, "dpfoperatorconfig", default),
        config => config.Status?.Conditions?.Find("Ready")?.IsTrue is true,
        "all controllers run");

    private static async Task<int> RestartsAsync(KubernetesClient client, string pod) =>
        (await client.Resources<DpuCluster.Standalone.Workloads.Pod>().GetAsync(Namespace, pod, default)).Status!.ContainerStatuses!.Single().RestartCount;
}
