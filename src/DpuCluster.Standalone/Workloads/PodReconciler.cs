using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.Controllers.Informers;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Standalone.Scheduling;

namespace DpuCluster.Standalone.Workloads;

/// <summary>Scheduler and kubelets in one: gives pods to nodes, and lets those on simulated nodes start and end.</summary>
internal sealed class PodReconciler(
    ObjectStore<Pod> pods,
    ObjectStore<ClusterNode> nodes,
    KubernetesClient client,
    ObjectWriter<Pod> writer,
    StatusWriter<Pod> status,
    IPodRunner runner,
    TimeProvider clock) : IReconciler
{
    private readonly PodAddresses _addresses = new();

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(NamespacedName key, CancellationToken cancellation)
    {
        if (pods.Find(key) is not { } pod)
        {
            _addresses.Return(key);
            runner.End(key, TimeSpan.Zero);
            return ReconcileResult.Done;
        }

        if (string.IsNullOrEmpty(pod.Spec?.NodeName))
        {
            return pod.IsBeingDeleted || pod.IsOver() || pod.Spec?.SchedulerName is not (null or "default-scheduler")
                ? ReconcileResult.Done
                : await ScheduleAsync(pod, cancellation).ConfigureAwait(false);
        }

        if (nodes.Find("", pod.Spec.NodeName) is not { } node)
        {
            // As Kubernetes' garbage collector of pods does: nobody is left who could end it.
            await writer.DeleteIfThereAsync(pod, cancellation, gracePeriodSeconds: 0).ConfigureAwait(false);
            return ReconcileResult.Done;
        }

        return !node.IsSimulated() ? ReconcileResult.Done
            : pod.IsBeingDeleted ? await EndAsync(pod, cancellation).ConfigureAwait(false)
            : await LiveAsync(pod, node, cancellation).ConfigureAwait(false);
    }

    private async Task<ReconcileResult> EndAsync(Pod pod, CancellationToken cancellation)
    {
        var grace = TimeSpan.FromSeconds(pod.Metadata.DeletionGracePeriodSeconds ?? 0);
        if (runner.End(pod.Key, grace) && pod.Metadata.DeletionGracePeriodSeconds is not 0)
        {
            await writer.DeleteIfThereAsync(pod, cancellation, gracePeriodSeconds: 0).ConfigureAwait(false);
        }

        return ReconcileResult.Done;
    }

    private async Task<ReconcileResult> ScheduleAsync(Pod pod, CancellationToken cancellation)
    {
        var all = nodes.All.OrderBy(node => node.Metadata.Name, StringComparer.Ordinal)
            .Select(node => (Node: node, Obstacle: Placement.Obstacle(pod.Spec!, node))).ToList();
        var best = all.Where(one => one.Obstacle is null).Select(one => one.Node.Metadata.Name!)
            .MinBy(name => pods.ByIndex(WorkloadIndex.Node, name).Count());
        if (best is null)
        {
            var why = all.Count == 0 ? "there are no nodes" : string.Join("; ", all.Select(one => $"{one.Node.Metadata.Name}: {one.Obstacle}"));
            var stuck = RunningPod.Unschedulable(pod, $"No node can take the pod: {why}.", clock.GetUtcNow());
            await status.WriteIfThereAsync(pod, pod with { Status = stuck }, cancellation).ConfigureAwait(false);
            return ReconcileResult.Done;
        }

        // A subresource that is only created has no client of its own: to the client it is a collection below the pod.
        var bindings = new ResourceType("", "v1", "Binding", $"pods/{pod.Metadata.Name}/binding", Namespaced: true);
        try
        {
            await client.Unstructured(bindings).CreateAsync(Binding(pod, best), WorkloadHost.Writing, cancellation).ConfigureAwait(false);
        }
        catch (KubernetesException exception) when (exception.IsNotFound || exception.IsConflict)
        {
            // It is gone, or has a node already: what there is to do the informer will tell.
        }

        return ReconcileResult.Done;
    }

    private async Task<ReconcileResult> LiveAsync(Pod pod, ClusterNode node, CancellationToken cancellation)
    {
        if (Placement.UntoleratedTaint(pod.Spec!.Tolerations, node, Taint.NoExecute) is not null)
        {
            await writer.DeleteIfThereAsync(pod, cancellation).ConfigureAwait(false);
            return ReconcileResult.Done;
        }

        var host = node.Status?.Addresses?.FirstOrDefault(address => address.Type == "InternalIP")?.Address;
        var isRun = runner.Runs(pod.Spec);
        if (pod.Status?.Phase is not (null or "" or "Pending"))
        {
            if (isRun)
            {
                return await RunAsync(pod, host, cancellation).ConfigureAwait(false);
            }

            if (pod.Status.PodIP is { } known && pod.Spec.HostNetwork is not true)
            {
                _addresses.Keep(pod.Key, known);
            }

            return ReconcileResult.Done;
        }

        var now = clock.GetUtcNow();
        if (UntilStarted(pod, node, now) is { } wait)
        {
            return ReconcileResult.After(wait);
        }

        if (MissingImages(pod, node) is { Count: > 0 } missing)
        {
            // Until the annotation of the node changes: of that the watch tells.
            await status.WriteIfThereAsync(pod, pod with { Status = RunningPod.WithoutImages(pod, missing, now) }, cancellation).ConfigureAwait(false);
            return ReconcileResult.Done;
        }

        if (isRun)
        {
            return await RunAsync(pod, host, cancellation).ConfigureAwait(false);
        }

        var own = pod.Spec.HostNetwork is true ? host : _addresses.Take(pod.Key, node);
        await status.WriteIfThereAsync(pod, pod with { Status = RunningPod.Status(pod, host, own, now) }, cancellation).ConfigureAwait(false);
        return ReconcileResult.Done;
    }

    /// <summary>A pod that is run: its status is what is the case with its process.</summary>
    private async Task<ReconcileResult> RunAsync(Pod pod, string? host, CancellationToken cancellation)
    {
        var (state, own) = runner.Ensure(pod);
        await status.WriteIfThereAsync(pod, pod with { Status = RunningPod.Status(pod, host, own, state) }, cancellation).ConfigureAwait(false);
        return ReconcileResult.Done;
    }

    /// <summary>How long the pod still takes to start on this node; <see langword="null"/> where it starts now.</summary>
    private static TimeSpan? UntilStarted(Pod pod, ClusterNode node, DateTimeOffset now)
    {
        var given = node.Metadata.Annotations?.GetValueOrDefault(Simulation.StartSecondsAnnotation);
        if (!uint.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return null;
        }

        var bound = pod.Status?.Conditions.Of("PodScheduled")?.LastTransitionTime ?? pod.Metadata.CreationTimestamp ?? now;
        var left = bound + TimeSpan.FromSeconds(seconds) - now;
        return left > TimeSpan.Zero ? left : null;
    }

    /// <summary>The images of the pod that the node cannot pull.</summary>
    private static HashSet<string> MissingImages(Pod pod, ClusterNode node)
    {
        var missing = (node.Metadata.Annotations?.GetValueOrDefault(Simulation.MissingImagesAnnotation) ?? "")
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return [.. (pod.Spec?.InitContainers ?? []).Concat(pod.Spec?.Containers ?? []).Select(container => container.Image ?? "").Intersect(missing)];
    }

    private static Unstructured Binding(Pod pod, string node) => new()
    {
        Metadata = new() { Name = pod.Metadata.Name, Namespace = pod.Metadata.Namespace, Uid = pod.Metadata.Uid },
        Fields = new()
        {
            ["target"] = JsonSerializer.Deserialize(
                new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["name"] = node },
                Kubernetes.Serialization.KubernetesJsonContext.Default.JsonElement),
        },
    };
}
