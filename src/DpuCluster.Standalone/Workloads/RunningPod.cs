using DpuCluster.Kubernetes.Meta;
using DpuCluster.Standalone.Pods;

namespace DpuCluster.Standalone.Workloads;

/// <summary>What the status of a simulated pod looks like: functions of the pod.</summary>
internal static class RunningPod
{
    /// <summary>Stands in every simulated pod's status, and in its log.</summary>
    public const string Message = "This pod is simulated: no container of it runs.";

    private static readonly string[] Reached = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"];
    private static readonly string[] NotReached = ["Ready", "ContainersReady"];

    /// <summary>The status of a pod all of whose containers run and are ready.</summary>
    public static PodStatus Status(Pod pod, string? hostAddress, string? podAddress, DateTimeOffset now)
    {
        var status = pod.Status ?? new();
        var conditions = Reached.Aggregate(status.Conditions, (all, type) => all.With(new()
        {
            Type = type,
            Status = ConditionStatus.True,
            LastTransitionTime = now,
        }));
        return status with
        {
            Phase = "Running",
            Message = Message,
            Conditions = conditions,
            HostIP = hostAddress,
            HostIPs = hostAddress is null ? null : [new() { Ip = hostAddress }],
            PodIP = podAddress,
            PodIPs = podAddress is null ? null : [new() { Ip = podAddress }],
            StartTime = now,
            InitContainerStatuses = Containers(pod.Spec?.InitContainers, pod, now, init: true),
            ContainerStatuses = Containers(pod.Spec?.Containers, pod, now, init: false),
        };
    }

    /// <summary>The status of a pod whose one container is run.</summary>
    public static PodStatus Status(Pod pod, string? hostAddress, string? podAddress, PodRunState state)
    {
        var status = pod.Status ?? new();
        var conditions = Reached.Aggregate(status.Conditions, (all, type) => all.With(new()
        {
            Type = type,
            Status = state.IsReady || type is not ("Ready" or "ContainersReady") ? ConditionStatus.True : ConditionStatus.False,
            LastTransitionTime = state.Since,
        }));
        var container = pod.Spec!.Containers![0];
        return status with
        {
            Phase = "Running",
            Conditions = conditions,
            HostIP = hostAddress,
            HostIPs = hostAddress is null ? null : [new() { Ip = hostAddress }],
            PodIP = podAddress,
            PodIPs = podAddress is null ? null : [new() { Ip = podAddress }],
            StartTime = status.StartTime ?? state.Since,
            ContainerStatuses =
            [
                new()
                {
                    Name = container.Name,
                    Image = container.Image,
                    ContainerID = $"process://{pod.Metadata.Uid}/{container.Name}",
                    Ready = state.IsReady,
                    Started = state.IsRunning,
                    RestartCount = state.Restarts,
                    State = state.IsRunning
                        ? new() { Running = new() { StartedAt = state.Since } }
                        : new() { Waiting = new() { Reason = state.Trouble is null ? "ContainerCreating" : "CrashLoopBackOff", Message = state.Trouble } },
                },
            ],
        };
    }

    /// <summary>The status of a pod that no node can take.</summary>
    public static PodStatus Unschedulable(Pod pod, string why, DateTimeOffset now) => (pod.Status ?? new()) with
    {
        Phase = "Pending",
        Conditions = (pod.Status?.Conditions).With(new()
        {
            Type = "PodScheduled",
            Status = ConditionStatus.False,
            Reason = "Unschedulable",
            Message = why,
            LastTransitionTime = now,
        }),
    };

    /// <summary>The status of a pod that has a node, where some of its images cannot be pulled.</summary>
    public static PodStatus WithoutImages(Pod pod, IReadOnlySet<string> missing, DateTimeOffset now)
    {
        var names = (pod.Spec?.Containers ?? []).Select(container => container.Name);
        var conditions = NotReached.Aggregate(pod.Status?.Conditions, (all, type) => all.With(new()
        {
            Type = type,
            Status = ConditionStatus.False,
            Reason = "ContainersNotReady",
            Message = $"containers with unready status: [{string.Join(' ', names)}]",
            LastTransitionTime = now,
        }));
        return (pod.Status ?? new()) with
        {
            Phase = "Pending",
            Message = Message,
            Conditions = conditions,
            StartTime = pod.Status?.StartTime ?? now,
            ContainerStatuses = pod.Spec?.Containers?.Select(container => new PodContainerStatus
            {
                Name = container.Name,
                Image = container.Image,
                Started = false,
                State = new()
                {
                    Waiting = missing.Contains(container.Image ?? "")
                        ? new() { Reason = "ImagePullBackOff", Message = $"Back-off pulling image \"{container.Image}\": the annotation {Simulation.MissingImagesAnnotation} of the node names it" }
                        : new() { Reason = "ContainerCreating" },
                },
            }).ToList(),
        };
    }

    private static List<PodContainerStatus>? Containers(IReadOnlyList<PodContainer>? containers, Pod pod, DateTimeOffset now, bool init) =>
        containers?.Select(container =>
        {
            var ended = init && container.RestartPolicy != "Always";
            return new PodContainerStatus
            {
                Name = container.Name,
                Image = container.Image,
                ContainerID = $"simulated://{pod.Metadata.Uid}/{container.Name}",
                Ready = true,
                Started = !ended,
                State = ended
                    ? new() { Terminated = new() { Reason = "Completed", StartedAt = now, FinishedAt = now } }
                    : new() { Running = new() { StartedAt = now } },
            };
        }).ToList();
}
