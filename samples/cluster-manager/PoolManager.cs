using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.ClusterManager;
using DpuCluster.Controllers.Informers;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace Acme.ClusterManager;

/// <summary>
/// Type acme.example/fast: control planes that Acme keeps running in advance. The admin kubeconfig of each is in a Secret with the label
/// acme.example/pool=fast; a cluster takes one that is free, and gives it back when it is deleted.
/// </summary>
public sealed class PoolManager(Informer<PartialObjectMetadata> pool, ObjectWriter<Secret> secrets) : IClusterManager
{
    public const string Pool = "acme.example/pool=fast";
    private const string TakenBy = "acme.example/taken-by";

    public string Type => "acme.example/fast";

    public async Task<ClusterState> ReconcileAsync(DPUCluster cluster, CancellationToken cancellation)
    {
        if (Taken(cluster) is { } taken)
        {
            return ClusterState.Created(taken.Metadata.Name, $"the control plane of Secret {taken.Key} is yours");
        }

        var free = pool.Store.All.FirstOrDefault(secret => secret.Metadata.Namespace == cluster.Metadata.Namespace && OwnerOf(secret) is null);
        if (free is null)
        {
            return ClusterState.Creating("PoolEmpty", $"every control plane of the pool is taken: add a Secret with the label {Pool}");
        }

        await LabelAsync(free, cluster.Metadata.Uid, cancellation);
        return ClusterState.Created(free.Metadata.Name, $"the control plane of Secret {free.Key} is yours");
    }

    public async Task<CleanUp> CleanUpAsync(DPUCluster cluster, CancellationToken cancellation)
    {
        if (Taken(cluster) is { } taken)
        {
            await LabelAsync(taken, null, cancellation);
        }

        return CleanUp.Done;
    }

    private static string? OwnerOf(PartialObjectMetadata secret) => secret.Metadata.Labels?.GetValueOrDefault(TakenBy);

    private PartialObjectMetadata? Taken(DPUCluster cluster) => pool.Store.All.FirstOrDefault(secret => OwnerOf(secret) == cluster.Metadata.Uid);

    // The version that was read is the precondition: of two clusters that reach for one Secret, one gets a conflict and is called again.
    private Task<Secret> LabelAsync(PartialObjectMetadata secret, string? owner, CancellationToken cancellation) => secrets.PatchAsync(
        secret.Metadata.Namespace,
        secret.Metadata.Name!,
        Patch.Merge(new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["resourceVersion"] = secret.Metadata.ResourceVersion,
                ["labels"] = new JsonObject { [TakenBy] = owner },
            },
        }),
        new() { FieldManager = "acme-cluster-manager" },
        cancellation);
}
