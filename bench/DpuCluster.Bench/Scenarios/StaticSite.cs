using System.Diagnostics;
using System.Text.Json;
using DpuCluster.Api;
using DpuCluster.Bench.Measure;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Bench.Scenarios;

/// <summary>What a person does at a site with static clusters: installs, puts Secrets there, creates and deletes clusters.</summary>
internal sealed class StaticSite(KubernetesClient host, string ns)
{
    /// <summary>As many as a person's tools send at a time; kubectl sends one.</summary>
    private const int Concurrency = 8;

    private static readonly ResourceType Crds =
        new("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", Namespaced: false);

    private static readonly WriteOptions Apply = new() { FieldManager = "dpucluster-bench", Force = true };

    public ResourceClient<DPUCluster> Clusters { get; } = host.Resources<DPUCluster>();

    public static string NameOf(int index) => FormattableString.Invariant($"cluster-{index:0000}");

    /// <summary>Installs the definitions and the namespace into an API server with nothing in it.</summary>
    public async Task InstallAsync(CancellationToken cancellation)
    {
        foreach (var manifest in ApiCrds.All.Values)
        {
            await host.Unstructured(Crds).ApplyAsync(Yaml.ToJson(manifest)!.Deserialize(Unstructured.JsonType)!, Apply, cancellation);
        }

        await host.Resources<Namespace>().ApplyAsync(new() { Metadata = new() { Name = ns } }, Apply, cancellation);
        await Wait.UntilAsync("the definition is served", IsServedAsync, TimeSpan.FromSeconds(20), cancellation);
    }

    /// <summary>Creates the Secrets of the clusters, one each, all with the admin kubeconfig of one tenant.</summary>
    public async Task CreateSecretsAsync(int count, ApiServerProcess tenant, CancellationToken cancellation)
    {
        var kubeconfig = await File.ReadAllBytesAsync(tenant.KubeconfigFile, cancellation);
        var secrets = host.Resources<Secret>();
        await InParallelAsync(
            Enumerable.Range(0, count),
            index => secrets.CreateAsync(
                new()
                {
                    Metadata = new() { Name = NameOf(index), Namespace = ns },
                    Type = "Opaque",
                    Data = new Dictionary<string, byte[]> { ["admin.conf"] = kubeconfig },
                },
                null,
                cancellation),
            cancellation);
    }

    /// <summary>Creates clusters.</summary>
    /// <returns>When the creation of each was begun, as timestamps.</returns>
    public async Task<Dictionary<string, long>> CreateClustersAsync(IEnumerable<int> indexes, CancellationToken cancellation)
    {
        var begun = indexes.ToDictionary(NameOf, _ => 0L);
        await InParallelAsync(
            begun.Keys.ToList(),
            async name =>
            {
                begun[name] = Stopwatch.GetTimestamp();
                await Clusters.CreateAsync(
                    new()
                    {
                        Metadata = new() { Name = name, Namespace = ns },
                        Spec = new() { Type = ClusterType.Static, Kubeconfig = name },
                    },
                    null,
                    cancellation);
            },
            cancellation);
        return begun;
    }

    /// <summary>Asks for the deletion of all clusters.</summary>
    public async Task DeleteClustersAsync(CancellationToken cancellation)
    {
        List<string> names = [];
        await foreach (var cluster in Clusters.ListAllAsync(ns, null, cancellation))
        {
            names.Add(cluster.Metadata.Name!);
        }

        await InParallelAsync(names, name => Clusters.DeleteAsync(ns, name, null, cancellation), cancellation);
    }

    private async Task<bool> IsServedAsync(CancellationToken cancellation)
    {
        try
        {
            await Clusters.ListAsync(ns, null, cancellation);
            return true;
        }
        catch (KubernetesException exception) when (exception.IsNotFound)
        {
            return false;
        }
    }

    private static Task InParallelAsync<T>(IEnumerable<T> items, Func<T, Task> act, CancellationToken cancellation) => Parallel.ForEachAsync(
        items,
        new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellation },
        async (item, _) => await act(item));
}
