using System.Text.Json.Serialization;
using DpuCluster.Kubernetes.Serialization;
using DpuCluster.Standalone.Scheduling;

namespace DpuCluster.Standalone.Workloads;

/// <summary>Source-generated serialization of the kinds that are simulated here.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = false,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(Pod))]
[JsonSerializable(typeof(PodTemplate))]
[JsonSerializable(typeof(Affinity))]
[JsonSerializable(typeof(DeploymentStatus))]
[JsonSerializable(typeof(ClusterNode))]
[JsonSerializable(typeof(DaemonSet))]
[JsonSerializable(typeof(Deployment))]
[JsonSerializable(typeof(ReplicaSet))]
internal sealed partial class WorkloadJsonContext : JsonSerializerContext;
