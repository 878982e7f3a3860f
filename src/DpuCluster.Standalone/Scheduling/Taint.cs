using System.Text.Json;
using System.Text.Json.Serialization;

namespace DpuCluster.Standalone.Scheduling;

/// <summary>Keeps pods off a node that do not tolerate it.</summary>
internal sealed record Taint
{
    public const string NoSchedule = "NoSchedule";

    public const string NoExecute = "NoExecute";

    public required string Key { get; init; }

    public string? Value { get; init; }

    /// <summary><c>NoSchedule</c>, <c>PreferNoSchedule</c> or <c>NoExecute</c>.</summary>
    public required string Effect { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }

    public override string ToString() => string.IsNullOrEmpty(Value) ? $"{Key}:{Effect}" : $"{Key}={Value}:{Effect}";
}

/// <summary>Lets a pod onto nodes with certain taints.</summary>
internal sealed record Toleration
{
    /// <summary>Key of the taint; absent, with <c>Exists</c>: any.</summary>
    public string? Key { get; init; }

    /// <summary><c>Exists</c>, or <c>Equal</c>, which is also what absence means.</summary>
    public string? Operator { get; init; }

    public string? Value { get; init; }

    /// <summary>Effect of the taint; absent: any.</summary>
    public string? Effect { get; init; }

    /// <summary>For how long a pod that is there already may stay; absent: for ever.</summary>
    public long? TolerationSeconds { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }

    public bool Tolerates(Taint taint)
    {
        if (!string.IsNullOrEmpty(Effect) && Effect != taint.Effect)
        {
            return false;
        }

        if (Operator == "Exists")
        {
            return string.IsNullOrEmpty(Key) || Key == taint.Key;
        }

        return string.IsNullOrEmpty(Operator) || Operator == "Equal"
            ? Key == taint.Key && (Value ?? "") == (taint.Value ?? "")
            : false;
    }
}
