using System.Diagnostics;
using System.Text.Json;
using DpuCluster.Api;
using DpuCluster.Bench.Measure;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Bench.Scenarios;

/// <summary>What a person does at a site, whatever the type of its clusters: installs, creates and deletes.</summary>
internal abstract class ClusterSite(KubernetesClient host)
{
    public const string Namespace = "dpf-operator-system";

    /// <summary>As many as a person's tools send at a time; kubectl sends one.</summary>
    private const int Concurrency = 8;

    private static readonly ResourceType Crds =
        new("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", Namespaced: false);

    private static readonly WriteOptions Apply = new() { FieldManager = "dpucluster-bench", Force = true };

    public KubernetesClient Host { get; } = host;

    public ResourceClient<DPUCluster> Clusters { get; } = host.Resources<DPUCluster>();

    public static string NameOf(int index) => FormattableString.Invariant($"cluster-{index:0000}");

    /// <summary>Installs the definitions and the namespace into an API server with nothing in it.</summary>
    public virtual async Task InstallAsync(CancellationToken cancellation)
    {
        await DefineAsync(ApiCrds.All, cancellation);
        await Host.Resources<Namespace>().ApplyAsync(new() { Metadata = new() { Name = Namespace } }, Apply, cancellation);
        await UntilServedAsync<DPUCluster>(cancellation);
    }

    /// <summary>Creates clusters.</summary>
    /// <returns>When the creation of each was begun, as timestamps.</returns>
    public async Task<Dictionary<string, long>> CreateClustersAsync(IEnumerable<int> indexes, CancellationToken cancellation)
    {
        var wanted = indexes.ToDictionary(NameOf);
        var begun = wanted.Keys.ToDictionary(name => name, _ => 0L);
        await InParallelAsync(
            wanted,
            async cluster =>
            {
                begun[cluster.Key] = Stopwatch.GetTimestamp();
                var metadata = new ObjectMeta { Name = cluster.Key, Namespace = Namespace };
                await Clusters.CreateAsync(new() { Metadata = metadata, Spec = SpecOf(cluster.Value) }, null, cancellation);
            },
            cancellation);
        return begun;
    }

    /// <summary>Asks for the deletion of all clusters.</summary>
    public async Task DeleteClustersAsync(CancellationToken cancellation)
    {
        List<string> names = [];
        await foreach (var cluster in Clusters.ListAllAsync(Namespace, null, cancellation))
        {
            names.Add(cluster.Metadata.Name!);
        }

        await InParallelAsync(names, name => Clusters.DeleteAsync(Namespace, name, null, cancellation), cancellation);
    }

    /// <summary>What a person writes for a cluster.</summary>
    protected abstract DPUClusterSpec SpecOf(int index);

    protected async Task DefineAsync(IReadOnlyDictionary<string, string> definitions, CancellationToken cancellation)
    {
        foreach (var manifest in definitions.Values)
        {
            await Host.Unstructured(Crds).ApplyAsync(Yaml.ToJson(manifest)!.Deserialize(Unstructured.JsonType)!, Apply, cancellation);
        }
    }

    protected Task UntilServedAsync<T>(CancellationToken cancellation)
        where T : class, IKubernetesObject<T> => Wait.UntilAsync($"{T.Resource.Kind} is served", IsServedAsync<T>, TimeSpan.FromSeconds(20), cancellation);

    protected static Task InParallelAsync<T>(IEnumerable<T> items, Func<T, Task> act, CancellationToken cancellation) => Parallel.ForEachAsync(
        items,
        new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellation },
        async (item, _) => await act(item));

    private async Task<bool> IsServedAsync<T>(CancellationToken cancellation)
        where T : class, IKubernetesObject<T>
    {
        try
        {
            await Host.Resources<T>().ListAsync(Namespace, null, cancellation);
            return true;
        }
        catch (KubernetesException exception) when (exception.IsNotFound)
        {
            return false;
        }
    }
}
