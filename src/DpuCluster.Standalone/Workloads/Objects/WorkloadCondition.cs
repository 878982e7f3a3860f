using System.Text.Json;
using System.Text.Json.Serialization;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Standalone.Workloads;

/// <summary>A condition of a pod, a node or a deployment: looser than <see cref="Condition"/>, with times that that one does not have.</summary>
internal sealed record WorkloadCondition
{
    public required string Type { get; init; }

    public required string Status { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>Deployments: when anything of the condition changed.</summary>
    public DateTimeOffset? LastUpdateTime { get; init; }

    /// <summary>Nodes: when the node last said so.</summary>
    public DateTimeOffset? LastHeartbeatTime { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }

    [JsonIgnore]
    public bool IsTrue => Status == ConditionStatus.True;
}

internal static class WorkloadConditions
{
    public static WorkloadCondition? Of(this IReadOnlyList<WorkloadCondition>? conditions, string type) =>
        conditions?.FirstOrDefault(condition => condition.Type == type);

    /// <summary>The list with a condition set; its time of transition moves only when its status does.</summary>
    public static IReadOnlyList<WorkloadCondition> With(this IReadOnlyList<WorkloadCondition>? conditions, WorkloadCondition condition)
    {
        var before = conditions.Of(condition.Type);
        if (before is not null && before.Status == condition.Status && before.LastTransitionTime is { } since)
        {
            condition = condition with { LastTransitionTime = since };
        }

        return before is null
            ? [.. conditions ?? [], condition]
            : [.. conditions!.Select(other => other.Type == condition.Type ? condition : other)];
    }
}
