using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Testing.Servers;

namespace DpuCluster.ClusterManager.Static.Tests;

/// <summary>A host cluster in which the static cluster manager runs with the role that it is shipped with, for the tests of a class.</summary>
public sealed class StaticSite : IAsyncLifetime
{
    private int _names;

    internal HostCluster Host { get; private set; } = null!;

    internal RunningHost Running { get; private set; } = null!;

    /// <summary>Starts a site with another role.</summary>
    internal static async Task<StaticSite> StartAsync(JsonObject role)
    {
        var site = new StaticSite();
        await site.StartCoreAsync(role);
        return site;
    }

    public Task InitializeAsync() => StartCoreAsync(Repository.Role("static-cluster-manager"));

    public async Task DisposeAsync() => await Host.DisposeAsync();

    /// <summary>A name that no other test has.</summary>
    internal string NewName() => $"cluster-{Interlocked.Increment(ref _names)}";

    /// <summary>Creates a static cluster that the provisioning controller, which does not run here, has set to Creating.</summary>
    internal async Task CreateAsync(string name, string? kubeconfig)
    {
        await Host.CreateAsync(name, ClusterType.Static, kubeconfig);
        await Host.PatchStatusAsync(name, new() { ["phase"] = ClusterPhase.Creating });
    }

    /// <summary>Waits until Created has a reason.</summary>
    internal Task<Condition> CreatedIsAsync(string name, string reason) => Host.BecomesAsync(name, ClusterConditionType.Created, reason);

    private async Task StartCoreAsync(JsonObject role)
    {
        Host = await HostCluster.StartAsync();
        const string user = "the-static-manager";
        await Host.GrantAsync(user, role);
        Running = await Host.RunAsync(
            "static-cluster-manager", builder => builder.AddStaticClusterManager(), options => options with { Client = Host.Connect(user) });
    }
}
