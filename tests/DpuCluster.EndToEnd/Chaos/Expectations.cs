using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.EndToEnd.Chaos;

/// <summary>What the specification says of a site at which all is well.</summary>
internal sealed class Expectations(ChaosSite site, IReadOnlyList<string> statics, IReadOnlyList<string> kamajis)
{
    private static readonly string[] Finalizers = [ClusterFinalizer.ClusterManager, ClusterFinalizer.Provisioning];

    /// <summary>Everything that is not as it should be; empty where all is well.</summary>
    public async Task<IReadOnlyList<string>> ComplaintsAsync()
    {
        var clusters = (await site.Host.Resources<DPUCluster>().ListAsync(ChaosSite.Namespace, null, default)).Items.ToDictionary(cluster => cluster.Metadata.Name!);
        return
        [
            .. statics.Concat(kamajis).SelectMany(name => clusters.TryGetValue(name, out var cluster) ? OfCluster(cluster) : [$"{name} is not there"]),
            .. clusters.Keys.Except(statics).Except(kamajis).Select(name => $"{name} is still there"),
        ];
    }

    /// <summary>What is wanted of the children of all Kamaji clusters, without what differs from one time to the next.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ChildrenAsync()
    {
        var all = (await site.Kubectl.Object($"-n {ChaosSite.Namespace} services,tenantcontrolplanes,configmaps,daemonsets"))["items"]!.AsArray()
            .Select(child => child!.AsObject()).ToLookup(OwnerOf);
        return kamajis.ToDictionary(name => name, name => string.Join('\n', Snapshots([.. all[name]])));
    }

    private static IEnumerable<string> OfCluster(DPUCluster cluster)
    {
        var name = cluster.Metadata.Name;
        var status = cluster.Status;
        if (status?.Phase != ClusterPhase.Ready)
        {
            yield return $"{name} is {status?.Phase}: {Words(cluster)}";
        }

        if (status?.ObservedGeneration != cluster.Metadata.Generation)
        {
            yield return $"{name} speaks of generation {status?.ObservedGeneration}, not {cluster.Metadata.Generation}";
        }

        var conditions = status?.Conditions ?? [];
        if (conditions.Find(ClusterConditionType.Ready) is not { IsTrue: true, Reason: ClusterReason.HealthCheckPassed } || conditions.Find(ClusterConditionType.Created) is not { IsTrue: true })
        {
            yield return $"{name} is not Ready and Created: {Words(cluster)}";
        }

        foreach (var condition in conditions.Where(condition => !condition.IsTrue || condition.ObservedGeneration != cluster.Metadata.Generation))
        {
            yield return $"{name}: {condition.Type} {condition.Status} {condition.Reason} of generation {condition.ObservedGeneration}: {condition.Message}";
        }

        if (cluster.Spec.Type == ClusterType.Kamaji && conditions.Find(ClusterConditionType.KeepalivedReady) is null)
        {
            yield return $"{name} says nothing of keepalived";
        }

        if (!(cluster.Metadata.Finalizers ?? []).Order(StringComparer.Ordinal).SequenceEqual(Finalizers.Order(StringComparer.Ordinal)))
        {
            yield return $"{name} has the finalizers {string.Join(", ", cluster.Metadata.Finalizers ?? [])}";
        }
    }

    private static string Words(DPUCluster cluster) =>
        string.Join("; ", (cluster.Status?.Conditions ?? []).Select(condition => $"{condition.Type} {condition.Status} {condition.Reason}: {condition.Message}"));

    private static string OwnerOf(JsonObject child) =>
        (string?)(child["metadata"]!["ownerReferences"]?.AsArray().FirstOrDefault(owner => (string?)owner!["kind"] == "DPUCluster")?["name"]) ?? "";

    // Who has lost its Service gets a node port anew, which may be another.
    private static IEnumerable<string> Snapshots(IReadOnlyList<JsonObject> children)
    {
        var port = children.FirstOrDefault(child => (string?)child["kind"] == "Service")?["spec"]!["ports"]![0]!["nodePort"]!.ToString();
        return children.OrderBy(child => (string?)child["kind"], StringComparer.Ordinal)
            .Select(child => Snapshot.WithoutFingerprints(Snapshot.OfChild(child)))
            .Select(text => port is null ? text : text.Replace(port, "PORT", StringComparison.Ordinal));
    }
}
