using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Bench.Scenarios;

/// <summary>As many DPUClusters as wanted, with the status that a controller has given them, and a Secret for each; no controller runs.</summary>
internal sealed class ObjectCrowd(KubernetesClient host) : ClusterSite(host)
{
    /// <summary>What an admin kubeconfig with a client certificate takes.</summary>
    private const int SecretBytes = 5600;

    private static readonly byte[] Kubeconfig = Encoding.ASCII.GetBytes(new string('k', SecretBytes));

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Makes them so many.</summary>
    public async Task GrowAsync(int count, Action<string> tell, CancellationToken cancellation)
    {
        tell($"growing to {count} DPUClusters and Secrets");
        var wanted = Enumerable.Range(Count, Math.Max(0, count - Count)).ToList();
        await CreateClustersAsync(wanted, cancellation);
        await InParallelAsync(
            wanted,
            async index =>
            {
                await Clusters.PatchStatusAsync(Namespace, NameOf(index), Patch.Merge(Status()), new() { FieldManager = "dpucluster-bench" }, cancellation);
                var secret = new Secret
                {
                    Metadata = new() { Name = NameOf(index), Namespace = Namespace },
                    Type = "Opaque",
                    Data = new Dictionary<string, byte[]> { ["admin.conf"] = Kubeconfig },
                };
                await Host.Resources<Secret>().CreateAsync(secret, null, cancellation);
            },
            cancellation);
        Count = Math.Max(Count, count);
    }

    /// <summary>Changes one of them.</summary>
    /// <returns>Its version after that.</returns>
    public async Task<string> TouchAsync(int index, int round, CancellationToken cancellation)
    {
        var patch = Patch.Merge(new JsonObject { ["spec"] = new JsonObject { ["maxNodes"] = 1 + (round % 1000) } });
        return (await Clusters.PatchAsync(Namespace, NameOf(index), patch, null, cancellation)).Metadata.ResourceVersion!;
    }

    protected override DPUClusterSpec SpecOf(int index) => new() { Type = ClusterType.Static, Kubeconfig = NameOf(index) };

    private static JsonObject Status() => new()
    {
        ["status"] = new JsonObject
        {
            ["phase"] = ClusterPhase.Ready,
            ["version"] = "v1.34.0+dpucluster",
            ["nodesCount"] = 4,
            ["observedGeneration"] = 1,
            ["conditions"] = new JsonArray(Condition("Created", "Created", ""), Condition("Ready", "HealthCheckPassed", "the control plane answers")),
        },
    };

    private static JsonObject Condition(string type, string reason, string message) => new()
    {
        ["type"] = type,
        ["status"] = "True",
        ["reason"] = reason,
        ["message"] = message,
        ["lastTransitionTime"] = "2026-01-01T00:00:00Z",
        ["observedGeneration"] = 1,
    };
}
