using DpuCluster.Api;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Provisioning.OlderGroup;

/// <summary>What an older object's status says of the cluster that it is mirrored into; pure.</summary>
internal static class MirroredStatus
{
    /// <param name="older">The older object.</param>
    /// <param name="mirror">The cluster that it is mirrored into; null where there is none.</param>
    /// <param name="fault">Why it is not mirrored as it stands; null where it is.</param>
    /// <param name="now">The present time.</param>
    public static DPUClusterStatus Of(OlderDPUCluster older, DPUCluster? mirror, MirrorFault? fault, DateTimeOffset now)
    {
        var generation = older.Metadata.Generation;
        var own = Only(older.Status?.Conditions, OlderGroupMirror.Condition).With(
            OlderGroupMirror.Condition,
            fault is null ? ConditionStatus.True : ConditionStatus.False,
            fault?.Reason ?? MirrorReason.Mirrored,
            fault?.Message ?? $"its spec is that of DPUCluster {older.Key} in {DPUCluster.Resource.Group}",
            generation,
            now);
        if (mirror is not null)
        {
            return Brought(older, mirror, inStep: fault is null) with { Conditions = [.. Conditions(older, mirror, fault is null), .. own] };
        }

        // A Failed cluster is one that waits for a person; what is on its way out goes by itself.
        return new()
        {
            Phase = fault!.WaitsForPerson ? ClusterPhase.Failed : ClusterPhase.Pending,
            ObservedGeneration = generation,
            Conditions =
            [
                .. Only(older.Status?.Conditions, ClusterConditionType.Ready)
                    .With(ClusterConditionType.Ready, ConditionStatus.False, fault.Reason, fault.Message, generation, now),
                .. own,
            ],
        };
    }

    private static DPUClusterStatus Brought(OlderDPUCluster older, DPUCluster mirror, bool inStep)
    {
        var status = mirror.Status ?? new() { Phase = ClusterPhase.Pending };
        return status with
        {
            ObservedGeneration = Generation(older, mirror, inStep, status.ObservedGeneration, older.Status?.ObservedGeneration),
        };
    }

    private static IEnumerable<Condition> Conditions(OlderDPUCluster older, DPUCluster mirror, bool inStep) =>
        (mirror.Status?.Conditions ?? [])
            .Where(condition => condition.Type != OlderGroupMirror.Condition)
            .Select(condition => condition with
            {
                ObservedGeneration = Generation(
                    older, mirror, inStep, condition.ObservedGeneration, older.Status?.Conditions.Find(condition.Type)?.ObservedGeneration),
            });

    /// <summary>
    /// Each object counts its own generations. What is said of the mirrored cluster as it is now holds for the older object as it is now, if
    /// the one is what the other wants; otherwise it goes on speaking of the generation that it spoke of before.
    /// </summary>
    private static long? Generation(OlderDPUCluster older, DPUCluster mirror, bool inStep, long? ofMirror, long? before) => ofMirror switch
    {
        null => null,
        _ when inStep && ofMirror >= mirror.Metadata.Generation => older.Metadata.Generation,
        _ => before ?? Math.Max(0, (older.Metadata.Generation ?? 1) - 1),
    };

    private static IReadOnlyList<Condition> Only(IReadOnlyList<Condition>? conditions, string type) =>
        conditions.Find(type) is { } condition ? [condition] : [];
}

/// <summary>Why an older object is not mirrored as it stands.</summary>
/// <param name="Reason">One of <see cref="MirrorReason"/>.</param>
/// <param name="Message">Why, for people, and what to do about it.</param>
internal sealed record MirrorFault(string Reason, string Message)
{
    /// <summary>Whether only a person can help.</summary>
    public bool WaitsForPerson => Reason != MirrorReason.WaitingForDeletion;
}
