using System.Text.Json;
using System.Text.Json.Serialization;

namespace DpuCluster.Standalone.Scheduling;

/// <summary>Where a pod wants to be. Affinity to other pods is kept, and not looked at.</summary>
internal sealed record Affinity
{
    public NodeAffinity? NodeAffinity { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>On which nodes a pod wants to be. Preferences are kept, and not looked at.</summary>
internal sealed record NodeAffinity
{
    /// <summary>Nodes that the pod can be given to; absent: any.</summary>
    public NodeSelector? RequiredDuringSchedulingIgnoredDuringExecution { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
