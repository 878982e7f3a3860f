using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Testing;
using DpuCluster.Testing.Servers;

namespace DpuCluster.Provisioning.Tests;

/// <summary>
/// A host cluster in which the provisioning controller runs, with the role that it is shipped with and in a hurry. What a cluster
/// manager would do, the test does.
/// </summary>
public sealed class ProvisioningSite : IAsyncLifetime
{
    private const string User = "the-provisioning-controller";
    private int _names;

    internal HostCluster Host { get; private set; } = null!;

    internal RunningHost Running { get; private set; } = null!;

    internal static ProvisioningOptions InAHurry { get; } = new()
    {
        Health = new() { Interval = TimeSpan.FromMilliseconds(200), Timeout = Eventually.Patience, ConfirmAfter = TimeSpan.FromMilliseconds(50) },
    };

    /// <summary>How long a control plane may take to answer; without end where a test does not say, as a busy machine is no illness of the tenant's.</summary>
    private ProvisioningOptions _options = InAHurry;

    /// <summary>Starts a site of a test's own.</summary>
    internal static async Task<ProvisioningSite> StartAsync(
        string? crd = null, JsonObject? role = null, Func<ControllerHostOptions, ControllerHostOptions>? change = null, TimeSpan? healthTimeout = null)
    {
        var site = new ProvisioningSite();
        site._options = InAHurry with { Health = InAHurry.Health with { Timeout = healthTimeout ?? InAHurry.Health.Timeout } };
        await site.StartCoreAsync(crd, role, change);
        return site;
    }

    public Task InitializeAsync() => StartCoreAsync(null, null, null);

    public async Task DisposeAsync() => await Host.DisposeAsync();

    /// <summary>A name that no other test has.</summary>
    internal string NewName() => $"cluster-{Interlocked.Increment(ref _names)}";

    /// <summary>Runs one more provisioning controller.</summary>
    internal Task<RunningHost> RunAsync(Func<ControllerHostOptions, ControllerHostOptions>? change = null) => Host.RunAsync(
        "provisioning-controller",
        builder => builder.Lease(ProvisioningHost.LeaseName).AddProvisioning(_options),
        options => (change ?? (same => same))(options with { Client = Host.Connect(User) }));

    /// <summary>Creates a cluster whose Secret, named like it, holds a kubeconfig, and does the cluster manager's part.</summary>
    internal async Task CreateAsync(string name, string kubeconfig, string type = ClusterType.Static, string version = "v1.30.2")
    {
        await Host.PutSecretAsync(name, kubeconfig);
        await Host.CreateAsync(name, type, name, version);
        await TakeAsync(name);
    }

    /// <summary>What a cluster manager does: its finalizer, then Created.</summary>
    internal async Task TakeAsync(string name)
    {
        await Host.ReachesAsync(name, ClusterPhase.Creating);
        await Host.PatchAsync(name, Finalizers(ClusterFinalizer.Provisioning, ClusterFinalizer.ClusterManager));
        await ConditionIsAsync(name, ClusterConditionType.Created, ConditionStatus.True, ClusterReason.Created);
    }

    /// <summary>Sets a condition that is not the provisioning controller's, however often that writes in between.</summary>
    internal Task ConditionIsAsync(string name, string type, string status, string reason, string message = "") => Eventually.Get(
        async () =>
        {
            await Host.SetConditionAsync(name, type, status, reason, message);
            return (await Host.GetAsync(name)).Status!.Conditions.Find(type);
        },
        condition => condition?.Status == status,
        $"{type} is {status}");

    /// <summary>Touches a cluster in ways that concern nobody, and waits until it has been looked at as often.</summary>
    internal async Task NudgeAsync(string name, int times)
    {
        for (var turn = 0; turn < times; turn++)
        {
            var before = Running.Reconciliations;
            await Host.PatchAsync(name, new() { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["turn"] = $"{Guid.NewGuid()}" } } });
            await Eventually.Holds(() => Running.Reconciliations > before, "the cluster is looked at");
        }
    }

    internal static JsonObject Finalizers(params string[] finalizers) => new()
    {
        ["metadata"] = new JsonObject { ["finalizers"] = new JsonArray([.. finalizers.Select(finalizer => (JsonNode)finalizer)]) },
    };

    internal static async Task ChecksGoOnAsync(ScriptedTenant tenant, int checks = 5)
    {
        var before = tenant.Asked("/readyz");
        await Eventually.Holds(() => tenant.Asked("/readyz") >= before + checks, "health is checked");
    }

    private async Task StartCoreAsync(string? crd, JsonObject? role, Func<ControllerHostOptions, ControllerHostOptions>? change)
    {
        Host = await HostCluster.StartAsync(crd);
        await (role is null ? Host.GrantAsync(User, ProvisioningHost.Role) : Host.GrantAsync(User, role));
        Running = await RunAsync(change);
    }
}
