using DpuCluster.Api;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Operator;

/// <summary>What the conditions of a DPFOperatorConfig should be; pure.</summary>
internal static class OperatorAssessment
{
    private static readonly string[] Parts =
    [
        OperatorConditionType.ImagePullSecretsReconciled, OperatorConditionType.SystemComponentsReconciled, OperatorConditionType.SystemComponentsReady,
    ];

    /// <summary>The status after a turn.</summary>
    public static DPFOperatorConfigStatus Assess(DPFOperatorConfig config, OperatorObservation seen, DateTimeOffset now)
    {
        var all = Set(config.Status?.Conditions, config, now, Parts[0], Secrets(config, seen));
        all = Set(all, config, now, Parts[1], Reconciled(config, seen));
        all = Set(all, config, now, Parts[2], Ready(seen));
        return Summarized(config, all, now);
    }

    /// <summary>The status of a config that is not the one that is read.</summary>
    public static DPFOperatorConfigStatus Ignored(DPFOperatorConfig config, NamespacedName theOne, DateTimeOffset now) => (config.Status ?? new()) with
    {
        Conditions = Set(config.Status?.Conditions, config, now, OperatorConditionType.Ready,
            (OperatorReason.Error, $"only the DPFOperatorConfig {theOne.Name} in the namespace {theOne.Namespace} is read: put into that one what this one says")),
        ObservedGeneration = config.Metadata.Generation,
    };

    /// <summary>How a Deployment does; <see langword="null"/> where it does all that is wanted.</summary>
    public static string? Unready(string name, Deployment? deployment)
    {
        if (deployment is null)
        {
            return $"Deployment {name} is not there yet";
        }

        var status = deployment.Status ?? new();
        if (status.ObservedGeneration is not { } observed || observed < deployment.Metadata.Generation)
        {
            return $"Deployment {name} has not been looked at yet";
        }

        var wanted = deployment.Spec?.Replicas ?? 1;
        var (updated, available, total) = (status.UpdatedReplicas ?? 0, status.AvailableReplicas ?? 0, status.Replicas ?? 0);
        return updated < wanted || total > updated ? $"Deployment {name} has replaced {updated} of {wanted} pods"
            : available < wanted ? $"Deployment {name} has {available} of {wanted} pods available"
            : null;
    }

    private static (string Reason, string Message) Secrets(DPFOperatorConfig config, OperatorObservation seen) => seen.MissingSecrets.Count == 0
        ? (OperatorReason.Success, "")
        : (OperatorReason.Error, string.Join("; ", seen.MissingSecrets.Select(
            name => $"Secret {name} does not exist in namespace {config.Metadata.Namespace}: create it, or take it out of spec.imagePullSecrets")));

    private static (string Reason, string Message) Reconciled(DPFOperatorConfig config, OperatorObservation seen) => seen switch
    {
        { IsPaused: true } => (OperatorReason.Paused, "spec.overrides.paused is true: nothing is installed, changed or removed until it is not"),
        { Problems.Count: > 0 } => (OperatorReason.Error, string.Join("; ", seen.Problems)),
        { Leaving.Count: > 0 } => (config.IsBeingDeleted ? OperatorReason.AwaitingDeletion : OperatorReason.Pending, $"still there: {string.Join(", ", seen.Leaving)}"),
        { MissingSecrets.Count: > 0 } => (OperatorReason.Pending, $"waits for {Parts[0]}"),
        _ when config.IsBeingDeleted => (OperatorReason.AwaitingDeletion, "everything is removed"),
        _ => (OperatorReason.Success, ""),
    };

    private static (string Reason, string Message) Ready(OperatorObservation seen)
    {
        var unready = seen.Deployments.Select(one => Unready(one.Key, one.Value)).OfType<string>().ToList();
        var stuck = seen.Deployments.Where(one => one.Value?.Status?.Conditions?.Any(
                condition => condition is { Type: "Progressing", Status: ConditionStatus.False }) is true)
            .Select(one => $"Deployment {one.Key} makes no progress: see its pods").ToList();
        return stuck.Count > 0 ? (OperatorReason.Error, string.Join("; ", stuck))
            : unready.Count > 0 ? (OperatorReason.Pending, string.Join("; ", unready))
            : (OperatorReason.Success, "");
    }

    private static DPFOperatorConfigStatus Summarized(DPFOperatorConfig config, IReadOnlyList<Condition> all, DateTimeOffset now)
    {
        var unmet = Parts.Select(type => all.Find(type)!).Where(condition => !condition.IsTrue).ToList();
        string[] weighty = [OperatorReason.AwaitingDeletion, OperatorReason.Paused, OperatorReason.Error, OperatorReason.Pending];
        var reason = config.IsBeingDeleted && unmet.TrueForAll(one => one.Reason != OperatorReason.Paused)
            ? OperatorReason.AwaitingDeletion
            : weighty.FirstOrDefault(one => unmet.Exists(condition => condition.Reason == one)) ?? OperatorReason.Success;
        var message = string.Join("; ", unmet.Select(condition => $"{condition.Type}: {condition.Message}"));
        return (config.Status ?? new()) with
        {
            Conditions = Set(all, config, now, OperatorConditionType.Ready, (reason, message)),
            ObservedGeneration = config.Metadata.Generation,
        };
    }

    private static IReadOnlyList<Condition> Set(
        IReadOnlyList<Condition>? all, DPFOperatorConfig config, DateTimeOffset now, string type, (string Reason, string Message) why) => all.With(
        type,
        why.Reason == OperatorReason.Success ? ConditionStatus.True : ConditionStatus.False,
        why.Reason,
        why.Message,
        config.Metadata.Generation,
        now);
}
