using DpuCluster.Api;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Provisioning.Assessment;

/// <summary>What the status of a cluster should say.</summary>
/// <param name="Status">The whole status, with everything in it that others own as it was.</param>
/// <param name="Warnings">What a person should look at.</param>
/// <param name="LookAgainIn">When time alone will change the assessment; null when it will not.</param>
internal sealed record ClusterAssessment(DPUClusterStatus Status, IReadOnlyList<ClusterWarning> Warnings, TimeSpan? LookAgainIn)
{
    /// <summary>How long a new object, or one that is being deleted, may wait for a cluster manager before the status says so.</summary>
    public static readonly TimeSpan ManagerPatience = TimeSpan.FromSeconds(30);

    /// <summary>What <c>Ready</c> says of a healthy control plane, before any warnings.</summary>
    public const string HealthyMessage = "the control plane passed its health check";

    /// <summary>Decides: a pure function of the object, of what was observed, and of the time.</summary>
    public static ClusterAssessment Assess(DPUCluster cluster, ClusterObservation observation, DateTimeOffset now)
    {
        var phase = cluster.Status?.Phase ?? ClusterPhase.Pending;
        if (cluster.IsBeingDeleted)
        {
            return BeingDeleted(cluster, phase == ClusterPhase.Ready ? ClusterPhase.NotReady : phase, now);
        }

        if (StalledNow(cluster) is { } stalled)
        {
            return NotReady(cluster, stalled.Reason, stalled.Message, ClusterPhase.Failed, now);
        }

        // What was Failed starts anew: its spec has changed, or the manager says that it is no longer stalled.
        var passedBefore = phase is ClusterPhase.Ready or ClusterPhase.NotReady;
        var phaseUnlessHealthy = passedBefore ? ClusterPhase.NotReady : ClusterPhase.Creating;
        if (!IsTaken(cluster))
        {
            return NotTaken(cluster, phaseUnlessHealthy, now);
        }

        if (FirstUnmetGate(cluster) is { } unmet)
        {
            return NotReady(cluster, unmet.Reason, unmet.Message, phaseUnlessHealthy, now);
        }

        return observation.Kubeconfig switch
        {
            KubeconfigObservation.NotNamed => NotReady(cluster, ClusterReason.EmptyKubeconfig,
                "Created is True, but spec.kubeconfig names no Secret: the cluster manager must set it", phaseUnlessHealthy, now),
            KubeconfigObservation.Refused refused => NotReady(cluster, refused.Reason, refused.Message, phaseUnlessHealthy, now),
            _ => ByHealth(cluster, observation, phaseUnlessHealthy, now),
        };
    }

    /// <summary>
    /// Whether health is checked: the cluster manager, and everybody else whose condition counts, has done their part.
    /// </summary>
    public static bool OpensKubeconfig(DPUCluster cluster) =>
        !cluster.IsBeingDeleted && StalledNow(cluster) is null && IsTaken(cluster) && FirstUnmetGate(cluster) is null;

    /// <summary>
    /// Whether, of a cluster that is being made, the status says all this already, only of an earlier generation: as when the cluster
    /// manager, or a user, has put the kubeconfig's name into the spec.
    /// </summary>
    public bool RepeatsWhileCreating(DPUCluster cluster) =>
        cluster.Status is { Phase: ClusterPhase.Creating } before
        && Status.Phase == ClusterPhase.Creating
        && Status.Conditions.Find(ClusterConditionType.Ready) is { } now
        && before.Conditions.Find(ClusterConditionType.Ready) is { } earlier
        && earlier.ObservedGeneration is not null
        && now.ObservedGeneration != earlier.ObservedGeneration
        && now == earlier with { ObservedGeneration = now.ObservedGeneration };

    private static ClusterAssessment ByHealth(
        DPUCluster cluster, ClusterObservation observation, string phaseUnlessHealthy, DateTimeOffset now)
    {
        var health = observation.Health;
        var version = health.Version ?? cluster.Status?.Version;
        var warnings = ClusterWarnings.Of(cluster, observation.Kubeconfig, version, now);
        switch (health.Verdict)
        {
            case HealthVerdict.Unknown:
                // Nothing new is known: after a restart what was written before stands until the first verdict.
                var standing = (cluster.Status ?? new()) with
                {
                    Phase = cluster.Status?.Phase is ClusterPhase.Ready or ClusterPhase.NotReady ? cluster.Status.Phase : ClusterPhase.Creating,
                };
                return new(standing, [], null);

            case HealthVerdict.Healthy:
                var status = With(
                    cluster, ClusterPhase.Ready, ConditionStatus.True, ClusterReason.HealthCheckPassed, HealthyMessage + Sentences(warnings), now) with
                {
                    Version = version,
                    NodesCount = health.Nodes ?? cluster.Status?.NodesCount,
                };
                return new(status, warnings, UntilNextCertificateWarning(observation.Kubeconfig, now));

            default:
                return NotReady(cluster, ClusterReason.HealthCheckFailed, health.Cause + Sentences(warnings), phaseUnlessHealthy, now) with { Warnings = warnings };
        }

        // A certificate that has ended may well be why a check failed.
        static string Sentences(IEnumerable<ClusterWarning> warnings) => string.Concat(warnings.Select(warning => $". Warning: {warning.Message}"));
    }

    /// <summary>
    /// A cluster manager has taken the object: its finalizer is there or, from a manager that has nothing to clean up, its word.
    /// </summary>
    private static bool IsTaken(DPUCluster cluster) =>
        cluster.HasFinalizer(ClusterFinalizer.ClusterManager)
        || cluster.Status?.Conditions.Find(ClusterConditionType.Created) is not null;

    private static ClusterAssessment NotTaken(DPUCluster cluster, string phase, DateTimeOffset now)
    {
        var ready = cluster.Status?.Conditions.Find(ClusterConditionType.Ready);
        var waitingSince = ready is { IsTrue: false } ? ready.LastTransitionTime : now;
        var left = waitingSince + ManagerPatience - now;
        return left > TimeSpan.Zero
            ? NotReady(cluster, ReadyReason.Creating, "waiting for the cluster manager", phase, now) with { LookAgainIn = left }
            : NotReady(cluster, ClusterReason.NoClusterManager,
                $"no cluster manager has taken this cluster of type {cluster.Spec.Type}: deploy the manager for that type, or correct spec.type",
                phase, now);
    }

    private static ClusterAssessment BeingDeleted(DPUCluster cluster, string phase, DateTimeOffset now)
    {
        const string Message = "the cluster is being deleted";
        if (!cluster.HasFinalizer(ClusterFinalizer.ClusterManager) || ManagerSpeaksOfDeletion(cluster))
        {
            return NotReady(cluster, ReadyReason.Deleting, Message, phase, now);
        }

        // Some managers say nothing while they clean up, so this must not claim that there is none.
        var left = cluster.Metadata.DeletionTimestamp!.Value + ManagerPatience - now;
        var silence = $"nothing was heard of the cluster manager for type {cluster.Spec.Type}, which has to clean up: where none runs, deploy it";
        return left > TimeSpan.Zero
            ? NotReady(cluster, ReadyReason.Deleting, Message, phase, now) with { LookAgainIn = left }
            : NotReady(cluster, ReadyReason.Deleting, $"{Message}; {silence}", phase, now) with
            {
                Warnings = [new(WarningReason.AwaitingCleanUp, $"{Message}; {silence}")],
            };
    }

    // Deletion is a generation of its own, of which the manager's conditions speak once it has seen it.
    private static bool ManagerSpeaksOfDeletion(DPUCluster cluster) =>
        cluster.Status?.Conditions.Find(ClusterConditionType.Created) is { ObservedGeneration: { } observed } && observed >= cluster.Metadata.Generation;

    /// <summary>The first condition that keeps the cluster from being Ready, as reason and message; null when none does.</summary>
    private static (string Reason, string Message)? FirstUnmetGate(DPUCluster cluster)
    {
        var conditions = cluster.Status?.Conditions;
        if (conditions.Find(ClusterConditionType.Created) is null)
        {
            return (ReadyReason.Creating, "waiting for the cluster manager");
        }

        foreach (var condition in conditions!)
        {
            if (!condition.IsTrue && Gates(condition.Type))
            {
                return (ReadyReason.ConditionNotMet, $"{condition.Type} is {condition.Status} ({condition.Reason}): {condition.Message}");
            }
        }

        return null;
    }

    private static bool Gates(string conditionType) => conditionType is not
        (ClusterConditionType.Ready or ClusterConditionType.Upgraded or ClusterConditionType.Stalled);

    /// <summary>The condition Stalled, as long as it speaks of the spec as it is now.</summary>
    private static Condition? StalledNow(DPUCluster cluster) =>
        cluster.Status?.Conditions.Find(ClusterConditionType.Stalled) is { IsTrue: true } stalled
        && (stalled.ObservedGeneration is null || stalled.ObservedGeneration >= cluster.Metadata.Generation)
            ? stalled
            : null;

    private static TimeSpan? UntilNextCertificateWarning(KubeconfigObservation kubeconfig, DateTimeOffset now)
    {
        if (kubeconfig is not KubeconfigObservation.Accepted { CertificateExpiry: { } expiry })
        {
            return null;
        }

        var next = expiry - ClusterWarnings.CertificateNotice > now ? expiry - ClusterWarnings.CertificateNotice : expiry;
        var wait = next - now;
        var longest = TimeSpan.FromDays(1);
        return wait <= TimeSpan.Zero ? null : wait < longest ? wait : longest;
    }

    private static ClusterAssessment NotReady(DPUCluster cluster, string reason, string message, string phase, DateTimeOffset now) =>
        new(With(cluster, phase, ConditionStatus.False, reason, message, now), [], null);

    private static DPUClusterStatus With(
        DPUCluster cluster, string phase, string ready, string reason, string message, DateTimeOffset now)
    {
        var status = cluster.Status ?? new();
        return status with
        {
            Phase = phase,
            ObservedGeneration = cluster.Metadata.Generation,
            Conditions = status.Conditions.With(
                ClusterConditionType.Ready, ready, reason, message, cluster.Metadata.Generation, now),
        };
    }
}

/// <summary>Reasons of the condition <c>Ready</c> that only the provisioning controller gives.</summary>
internal static class ReadyReason
{
    /// <summary>The cluster manager has not said yet that the control plane exists.</summary>
    public const string Creating = "Creating";

    /// <summary>A condition of the cluster manager is not <c>True</c>; the message repeats it.</summary>
    public const string ConditionNotMet = "ConditionNotMet";

    /// <summary>The object is being deleted.</summary>
    public const string Deleting = "Deleting";
}
