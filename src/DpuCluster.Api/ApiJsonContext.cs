using System.Text.Json.Serialization;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Api;

/// <summary>Source-generated serialization of the types of this floor.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(DPUCluster))]
[JsonSerializable(typeof(DPFOperatorConfig))]
[JsonSerializable(typeof(OlderDPUCluster))]
[JsonSerializable(typeof(TenantControlPlane))]
public sealed partial class ApiJsonContext : JsonSerializerContext;
