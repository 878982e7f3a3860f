using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Kubernetes.Serialization;

/// <summary>Source-generated serialization of the types of this floor. Projects above bring contexts of their own.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = false,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(Status))]
[JsonSerializable(typeof(PartialObjectMetadata))]
[JsonSerializable(typeof(Unstructured))]
[JsonSerializable(typeof(Namespace))]
[JsonSerializable(typeof(Secret))]
[JsonSerializable(typeof(ConfigMap))]
[JsonSerializable(typeof(Node))]
[JsonSerializable(typeof(Service))]
[JsonSerializable(typeof(DaemonSet))]
[JsonSerializable(typeof(Deployment))]
[JsonSerializable(typeof(ServiceAccount))]
[JsonSerializable(typeof(ClusterRole))]
[JsonSerializable(typeof(ClusterRoleBinding))]
[JsonSerializable(typeof(Role))]
[JsonSerializable(typeof(RoleBinding))]
[JsonSerializable(typeof(Lease))]
[JsonSerializable(typeof(Event))]
[JsonSerializable(typeof(VersionInfo))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(JsonNode))]
[JsonSerializable(typeof(ObjectMeta))]
[JsonSerializable(typeof(Condition))]
public sealed partial class KubernetesJsonContext : JsonSerializerContext;
