using System.Text.Json;
using System.Text.Json.Serialization;
using DpuCluster.Api.Schema;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Api;

/// <summary>What is the case with the parts of the system.</summary>
public sealed record DPFOperatorConfigStatus
{
    /// <summary>Aspects of the state one by one, each with a reason for programs and a message for people.</summary>
    [SchemaListMap("type")]
    public IReadOnlyList<Condition>? Conditions { get; init; }

    /// <summary>The generation of the object that this status speaks of.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
