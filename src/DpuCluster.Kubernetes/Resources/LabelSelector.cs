using System.Text.Json;
using System.Text.Json.Serialization;

namespace DpuCluster.Kubernetes.Resources;

/// <summary>Says which objects are meant, by their labels.</summary>
public sealed record LabelSelector
{
    /// <summary>Labels that an object must have; replaced as a whole.</summary>
    public IReadOnlyDictionary<string, string>? MatchLabels { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
