using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Standalone.Workloads;

/// <summary>How a deployment does: a function of the deployment and its replica sets.</summary>
internal static class DeploymentProgress
{
    public const string Available = "Available";

    public const string Progressing = "Progressing";

    public static DeploymentStatus Status(Deployment deployment, ReplicaSet? newest, IReadOnlyList<ReplicaSet> sets, DateTimeOffset now)
    {
        var available = sets.Sum(DeploymentRollout.Available);
        var status = (deployment.Status ?? new()) with
        {
            ObservedGeneration = deployment.Metadata.Generation,
            Replicas = NullIfZero(sets.Sum(set => set.Status?.Replicas ?? 0)),
            UpdatedReplicas = NullIfZero(newest?.Status?.Replicas ?? 0),
            ReadyReplicas = NullIfZero(sets.Sum(set => set.Status?.ReadyReplicas ?? 0)),
            AvailableReplicas = NullIfZero(available),
            UnavailableReplicas = NullIfZero(Math.Max(0, sets.Sum(DeploymentRollout.Wanted) - available)),
        };
        var wanted = deployment.Spec?.Replicas ?? 1;
        var enough = available >= wanted - DeploymentRollout.Bounds(deployment).Unavailable;
        var conditions = Set(status.Conditions, Available, enough, now, enough
            ? ("MinimumReplicasAvailable", "As many pods are available as the deployment needs.")
            : ("MinimumReplicasUnavailable", $"{available} of {wanted} pods are available."));
        return status with { Conditions = Progress(deployment, newest, status, conditions, now) };
    }

    /// <summary>When a rollout that stands still will be called failed; <see langword="null"/> where none is under way.</summary>
    public static TimeSpan? UntilDeadline(Deployment deployment, DeploymentStatus status, DateTimeOffset now) =>
        status.Conditions.Of(Progressing) is { IsTrue: true, LastUpdateTime: { } since, Reason: not "NewReplicaSetAvailable" } && Deadline(deployment) is { } deadline
            ? TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerSecond, (since + deadline - now).Ticks))
            : null;

    private static IReadOnlyList<WorkloadCondition> Progress(
        Deployment deployment, ReplicaSet? newest, DeploymentStatus status, IReadOnlyList<WorkloadCondition> conditions, DateTimeOffset now)
    {
        if (newest is null || deployment.Spec?.Paused is true)
        {
            return conditions;
        }

        var wanted = deployment.Spec?.Replicas ?? 1;
        var complete = (status.UpdatedReplicas ?? 0) == wanted && (status.Replicas ?? 0) == wanted && (status.AvailableReplicas ?? 0) >= wanted;
        if (complete)
        {
            return Set(conditions, Progressing, true, now, ("NewReplicaSetAvailable", $"ReplicaSet {newest.Metadata.Name} has all its pods."));
        }

        var before = deployment.Status;
        var moved = before is null
            || before.Conditions.Of(Progressing) is null or { Reason: "NewReplicaSetAvailable" }
            || (status.UpdatedReplicas, status.ReadyReplicas, status.AvailableReplicas, status.Replicas)
                != (before.UpdatedReplicas, before.ReadyReplicas, before.AvailableReplicas, before.Replicas)
            || before.ObservedGeneration != status.ObservedGeneration;
        var last = conditions.Of(Progressing);
        if (!moved && last is { LastUpdateTime: { } since } && Deadline(deployment) is { } deadline && now >= since + deadline)
        {
            return Set(conditions, Progressing, false, now, ("ProgressDeadlineExceeded", $"ReplicaSet {newest.Metadata.Name} makes no progress: see its pods."));
        }

        if (!moved)
        {
            return conditions;
        }

        // What moved is told by the time, which a condition with the same words would keep.
        return conditions.With(new()
        {
            Type = Progressing,
            Status = ConditionStatus.True,
            Reason = "ReplicaSetUpdated",
            Message = $"ReplicaSet {newest.Metadata.Name} is progressing.",
            LastUpdateTime = now,
            LastTransitionTime = now,
        });
    }

    private static IReadOnlyList<WorkloadCondition> Set(
        IReadOnlyList<WorkloadCondition>? conditions, string type, bool holds, DateTimeOffset now, (string Reason, string Message) why)
    {
        var status = holds ? ConditionStatus.True : ConditionStatus.False;
        var before = conditions.Of(type);
        return before is not null && before.Status == status && before.Reason == why.Reason && before.Message == why.Message
            ? conditions!
            : conditions.With(new()
            {
                Type = type,
                Status = status,
                Reason = why.Reason,
                Message = why.Message,
                LastUpdateTime = now,
                LastTransitionTime = now,
            });
    }

    private static TimeSpan? Deadline(Deployment deployment) => deployment.Spec?.ProgressDeadlineSeconds is > 0 and < int.MaxValue and var seconds
        ? TimeSpan.FromSeconds(seconds)
        : null;

    // The server keeps no zero in these fields.
    private static int? NullIfZero(int number) => number == 0 ? null : number;
}
