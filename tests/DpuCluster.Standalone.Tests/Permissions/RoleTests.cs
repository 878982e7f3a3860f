using DpuCluster.Api;
using DpuCluster.Controllers.Permissions;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Kubeconfig;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing.Servers;

namespace DpuCluster.Standalone.Tests.Permissions;

/// <summary>Each process of the system runs in an environment whose API server holds it to its role: that is enough, and no rule is too much.</summary>
public sealed class RoleTests : IDisposable
{
    private const string Ns = StandaloneEnvironment.SystemNamespace;

    private readonly StateRoot _root = new();

    public static TheoryData<string, string> Rules
    {
        get
        {
            var rules = new TheoryData<string, string>();
            foreach (var role in SystemParts.Components.Select(component => component.Role))
            {
                foreach (var (without, _) in Refusals.Narrowed(role))
                {
                    rules.Add(role.Controller, without);
                }
            }

            return rules;
        }
    }

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task Life_of_clusters_of_each_kind_needs_nothing_that_the_roles_refuse() =>
        (await LiveAsync(role => role)).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task Without_a_rule_something_is_refused(string controller, string without) =>
        (await LiveAsync(role => role.Controller == controller ? Refusals.Narrowed(role).Single(one => one.Without == without).Role : role)).ShouldNotBeEmpty();

    /// <summary>From the creation of two clusters, and of one of the older group, to their deletion.</summary>
    private async Task<IReadOnlyList<string>> LiveAsync(Func<ControllerRole, ControllerRole> change)
    {
        await using var environment = await StandaloneEnvironment.StartAsync(_root.Options() with { ChangeRole = change }, default);
        using var admin = new KubernetesClient(KubeconfigLoader.Load(environment.KubeconfigFile));
        var clusters = admin.Resources<DPUCluster>();
        var older = admin.Resources<OlderDPUCluster>();
        return await Refusals.OfAsync(admin, async until =>
        {
            // The static cluster appears before its Secret, and adopts the environment itself.
            await clusters.CreateAsync(Cluster("adopted", new() { Type = ClusterType.Static, Kubeconfig = "adopted" }), null, default);
            await clusters.CreateAsync(
                Cluster("made", new()
                {
                    Type = ClusterType.Kamaji,
                    Version = "v1.30.2",
                    ClusterEndpoint = new() { Keepalived = new() { Interface = "br0", Vip = "192.0.2.100", VirtualRouterId = 1 } },
                }),
                null,
                default);
            await admin.Resources<Secret>().CreateAsync(
                new()
                {
                    Metadata = new() { Namespace = Ns, Name = "adopted" },
                    Data = new Dictionary<string, byte[]> { ["admin.conf"] = await File.ReadAllBytesAsync(environment.KubeconfigFile) },
                },
                null,
                default);
            await older.CreateAsync(
                new() { Metadata = new() { Namespace = Ns, Name = "older" }, Spec = new() { Type = ClusterType.Static, Kubeconfig = "adopted" } }, null, default);
            await until(async () => (await older.GetAsync(Ns, "older", default)).Status?.Phase == ClusterPhase.Ready, "the cluster of the older group is Ready");
            await older.DeleteAsync(Ns, "older", null, default);
            await until(async () => await older.FindAsync(Ns, "older", default) is null, "the cluster of the older group is gone");
            foreach (var name in new[] { "adopted", "made" })
            {
                await until(async () => (await clusters.GetAsync(Ns, name, default)).Status?.Phase == ClusterPhase.Ready, $"{name} is Ready");
                await until(async () => await HasEventsAsync(name), $"there are events about {name} of its manager and of the provisioning controller");
                await clusters.DeleteAsync(Ns, name, null, default);
                await until(async () => await clusters.FindAsync(Ns, name, default) is null, $"{name} is gone");
            }
        });

        async Task<bool> HasEventsAsync(string name)
        {
            var events = await admin.Resources<Event>().ListAsync(Ns, null, default);
            return events.Items.Where(one => one.Regarding?.Name == name).Select(one => one.ReportingController).Distinct().Count() >= 2;
        }
    }

    private static DPUCluster Cluster(string name, DPUClusterSpec spec) => new() { Metadata = new() { Namespace = Ns, Name = name }, Spec = spec };
}
