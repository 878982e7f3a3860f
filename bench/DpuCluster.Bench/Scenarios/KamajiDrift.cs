using System.Diagnostics;
using System.Text.Json.Nodes;
using DpuCluster.Api;
using DpuCluster.Bench.Measure;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Bench.Scenarios;

/// <summary>Deletes and edits what the Kamaji manager has made, and takes the time until it is as it should be again, as a watch sees it.</summary>
internal sealed class KamajiDrift(KubernetesClient host, int clusters, int rounds, Action<string> tell)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public async Task MeasureAsync(List<Figure> figures, CancellationToken cancellation)
    {
        await MeasureAsync<Service>(
            "", """{"spec":{"selector":{"kamaji.clastix.io/name":"another"}}}""",
            (service, name) => service.Spec?.Selector?.GetValueOrDefault("kamaji.clastix.io/name") == name, figures, cancellation);
        await MeasureAsync<TenantControlPlane>(
            "", """{"spec":{"controlPlane":{"deployment":{"replicas":1}}}}""",
            (tenant, _) => tenant.Spec?.ControlPlane?.Deployment?.Replicas == 3, figures, cancellation);
        await MeasureAsync<ConfigMap>(
            "-keepalived", """{"data":{"keepalived.conf":"edited"}}""",
            (map, _) => map.Data?.GetValueOrDefault("keepalived.conf") is { Length: > 0 } text && text != "edited", figures, cancellation);
        await MeasureAsync<DaemonSet>(
            "-keepalived", """{"spec":{"template":{"spec":{"hostNetwork":false}}}}""",
            (set, _) => set.Spec?.Template?.Spec?.HostNetwork is true, figures, cancellation);
    }

    private async Task MeasureAsync<T>(
        string suffix, string edit, Func<T, string, bool> isRight, List<Figure> figures, CancellationToken cancellation)
        where T : class, IKubernetesObject<T>
    {
        var objects = host.Resources<T>();
        tell($"drift of {T.Resource.Kind}");
        List<double> deleted = [];
        List<double> edited = [];
        for (var round = 0; round < rounds; round++)
        {
            // Another cluster each time: one that was repaired a moment ago may still be busy with it.
            var cluster = ClusterSite.NameOf(round % clusters);
            edited.Add(await RepairAsync(
                cluster + suffix,
                name => objects.PatchAsync(ClusterSite.Namespace, name, Patch.Merge(JsonNode.Parse(edit)!), null, cancellation),
                (value, _) => isRight(value, cluster)));
            deleted.Add(await RepairAsync(
                cluster + suffix,
                name => objects.DeleteAsync(ClusterSite.Namespace, name, null, cancellation),
                (value, before) => value.Metadata.Uid != before && isRight(value, cluster)));
        }

        Add("deleted", new Distribution(deleted));
        Add("edited", new Distribution(edited));

        async Task<double> RepairAsync(string name, Func<string, Task> harm, Func<T, string, bool> isRepaired)
        {
            var before = await objects.GetAsync(ClusterSite.Namespace, name, cancellation);
            var options = new WatchOptions { FieldSelector = $"metadata.name={name}", ResourceVersion = before.Metadata.ResourceVersion };
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(Limit);
            var begun = Stopwatch.GetTimestamp();
            await harm(name);
            try
            {
                await foreach (var change in objects.WatchAsync(ClusterSite.Namespace, options, patience.Token))
                {
                    if (change is { Type: WatchEventType.Added or WatchEventType.Modified, Object: { } value } && isRepaired(value, before.Metadata.Uid!))
                    {
                        return Time.MillisecondsSince(begun);
                    }
                }
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // Not repaired: said below.
            }

            throw new BenchException($"{T.Resource.Kind} {name} was not repaired within {Limit.TotalSeconds:0} s");
        }

        void Add(string what, Distribution times) => figures.Add(new($"{T.Resource.Kind} {what} → repaired, the longest", $"{clusters}", times.Max, Unit.Milliseconds)
        {
            Target = 2000,
            Note = $"median {Figure.Format(times.Median, Unit.Milliseconds)}, {times.Count} times"
                + (T.Resource.Kind == TenantControlPlane.Resource.Kind ? "" : "; the reference does not repair it"),
        });
    }
}
