using System.Text.Json;
using System.Text.Json.Serialization;

namespace DpuCluster.Kubernetes.Meta;

/// <summary>Kubernetes' <c>metav1.Condition</c>: one aspect of an object's state, for programs and for people.</summary>
public sealed record Condition
{
    /// <summary>Type in CamelCase, at most 316 characters; unique in its list.</summary>
    public required string Type { get; init; }

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Why, for programs: CamelCase, 1 to 1024 characters.</summary>
    public required string Reason { get; init; }

    /// <summary>Why, for people, and what to do about it; at most 32768 characters.</summary>
    public required string Message { get; init; }

    /// <summary>When <see cref="Status"/> last changed, in whole seconds.</summary>
    public required DateTimeOffset LastTransitionTime { get; init; }

    /// <summary>The generation of the object that the condition speaks of.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }

    /// <summary>Whether <see cref="Status"/> is <c>True</c>.</summary>
    [JsonIgnore]
    public bool IsTrue => Status == ConditionStatus.True;
}

/// <summary>The three values of <see cref="Condition.Status"/>.</summary>
public static class ConditionStatus
{
    /// <summary>The condition holds.</summary>
    public const string True = "True";

    /// <summary>The condition does not hold.</summary>
    public const string False = "False";

    /// <summary>Whether the condition holds cannot be told.</summary>
    public const string Unknown = "Unknown";
}
