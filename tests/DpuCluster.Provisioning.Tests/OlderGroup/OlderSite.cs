using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Testing;
using DpuCluster.Testing.Servers;

namespace DpuCluster.Provisioning.Tests.OlderGroup;

/// <summary>A host cluster with both kinds, in which the provisioning controller runs with the role that it is shipped with.</summary>
public sealed class OlderSite : IAsyncLifetime
{
    private static readonly WriteOptions AsTest = new() { FieldManager = "test" };

    internal ProvisioningSite Site { get; private set; } = null!;

    internal HostCluster Host => Site.Host;

    internal ResourceClient<OlderDPUCluster> Olders => Host.Admin.Resources<OlderDPUCluster>();

    internal static string Crd => ApiCrds.All[OlderDPUCluster.Resource.GroupResource];

    /// <summary>Starts a site of a test's own.</summary>
    /// <param name="crd">Definition of today's kind; null for this project's own.</param>
    internal static async Task<OlderSite> StartAsync(string? crd = null)
    {
        var site = new OlderSite { Site = await ProvisioningSite.StartAsync(crd) };
        await site.Host.DefineAsync<OlderDPUCluster>(Crd);
        return site;
    }

    public async Task InitializeAsync()
    {
        Site = await ProvisioningSite.StartAsync();
        await Host.DefineAsync<OlderDPUCluster>(Crd);
    }

    public async Task DisposeAsync() => await Host.DisposeAsync();

    internal Task<OlderDPUCluster> CreateAsync(string name, DPUClusterSpec? spec = null, ObjectMeta? metadata = null) => Olders.CreateAsync(
        new()
        {
            Metadata = (metadata ?? new()) with { Namespace = HostCluster.Namespace, Name = name },
            Spec = spec ?? new() { Type = ClusterType.Static, Kubeconfig = name, Version = "v1.30.2", MaxNodes = 10 },
        },
        AsTest,
        default);

    /// <summary>Creates an older object, and waits until its cluster is there and the object says so.</summary>
    internal async Task<DPUCluster> CreateMirroredAsync(string name, DPUClusterSpec? spec = null, ObjectMeta? metadata = null)
    {
        await CreateAsync(name, spec, metadata);
        await BecomesAsync(name, MirrorReason.Mirrored);
        return await Host.GetAsync(name);
    }

    internal Task<OlderDPUCluster> GetAsync(string name) => Olders.GetAsync(HostCluster.Namespace, name, default);

    internal Task<OlderDPUCluster> PatchAsync(string name, JsonObject patch) =>
        Olders.PatchAsync(HostCluster.Namespace, name, Patch.Merge(patch), AsTest, default);

    internal Task<DeleteResult> DeleteAsync(string name, string? propagation = null) =>
        Olders.DeleteAsync(HostCluster.Namespace, name, new() { PropagationPolicy = propagation }, default);

    internal Task<OlderDPUCluster> BecomesAsync(string name, Func<OlderDPUCluster, bool> condition, string what) =>
        Eventually.Get(() => GetAsync(name), condition, $"older DPUCluster {name}: {what}");

    /// <summary>Waits until the condition that says whether the object is mirrored has a reason.</summary>
    internal async Task<Condition> BecomesAsync(string name, string reason) =>
        (await BecomesAsync(name, one => one.Status?.Conditions.Find(OlderGroupMirror.Condition)?.Reason == reason, $"Mirrored gets reason {reason}"))
        .Status!.Conditions.Find(OlderGroupMirror.Condition)!;

    internal Task IsGoneAsync(string name) =>
        Eventually.Get(() => Olders.FindAsync(HostCluster.Namespace, name, default), one => one is null, $"older DPUCluster {name} is gone");

    internal static JsonObject Spec(string field, JsonNode? value) => new() { ["spec"] = new JsonObject { [field] = value } };
}
