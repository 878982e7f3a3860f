using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Testing;
using DpuCluster.Testing.Servers;

namespace DpuCluster.ClusterManager.Tests;

/// <summary>A host cluster in which the test manager runs, for the tests of a class.</summary>
public sealed class ManagerSite : IAsyncLifetime
{
    public const string ManagerName = "acme-manager";

    private int _names;

    internal HostCluster Host { get; private set; } = null!;

    internal TestManager Manager { get; } = new();

    internal RunningHost Running { get; private set; } = null!;

    /// <summary>Starts a site on another CRD.</summary>
    internal static async Task<ManagerSite> StartAsync(string crd)
    {
        var site = new ManagerSite();
        await site.StartCoreAsync(crd);
        return site;
    }

    public Task InitializeAsync() => StartCoreAsync(null);

    public async Task DisposeAsync() => await Host.DisposeAsync();

    /// <summary>A name that no other test has.</summary>
    internal string NewName() => $"cluster-{Interlocked.Increment(ref _names)}";

    /// <summary>Creates a cluster that the provisioning controller, which does not run here, has set to a phase.</summary>
    internal async Task<DPUCluster> CreateAsync(string name, string phase = ClusterPhase.Creating, string? kubeconfig = null)
    {
        await Host.CreateAsync(name, TestManager.TheType, kubeconfig, "v1.30.2");
        return await Host.PatchStatusAsync(name, new() { ["phase"] = phase });
    }

    /// <summary>What the manager owns of an object, as the server has recorded it; empty where it owns nothing.</summary>
    internal static string OwnedBy(string fieldManager, DPUCluster cluster) => string.Join(
        '\n',
        cluster.Metadata.ManagedFields!.Value.EnumerateArray()
            .Where(entry => entry.GetProperty("manager").GetString() == fieldManager)
            .Select(entry => entry.GetProperty("fieldsV1").GetRawText()));

    /// <summary>Touches a cluster in a way that concerns nobody, and waits until the manager has been called for it.</summary>
    internal async Task NudgeAsync(string name, int times = 3)
    {
        for (var turn = 0; turn < times; turn++)
        {
            var before = Manager.Seen(name).Count;
            await Host.PatchAsync(name, new() { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["turn"] = $"{Guid.NewGuid()}" } } });
            await Eventually.Holds(() => Manager.Seen(name).Count > before, "the manager is called again");
        }
    }

    internal static Condition? Created(DPUCluster cluster) => cluster.Status?.Conditions.Find(ClusterConditionType.Created);

    private async Task StartCoreAsync(string? crd)
    {
        Host = await HostCluster.StartAsync(crd);
        Running = await Host.RunAsync(ManagerName, builder => builder.AddClusterManager(_ => Manager));
    }
}
