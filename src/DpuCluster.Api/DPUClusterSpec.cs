using System.Text.Json;
using System.Text.Json.Serialization;
using DpuCluster.Api.Schema;

namespace DpuCluster.Api;

/// <summary>What is wanted of a DPU cluster.</summary>
[ValidationRule("self.type != 'kamaji' || (has(self.version) && self.version != '')",
    "version is required for a cluster of type kamaji: name the Kubernetes version to create, such as v1.30.2")]
[ValidationRule("!has(oldSelf.kubeconfig) || oldSelf.kubeconfig == '' || has(self.kubeconfig)",
    "kubeconfig is immutable: once set it can neither be changed nor removed")]
public sealed record DPUClusterSpec
{
    /// <summary>
    /// Type of the cluster: which cluster manager is responsible for it. "kamaji": the control plane is created through
    /// Kamaji. "static": one that exists is adopted. Other managers have types with a prefix, such as acme.example/fast.
    /// </summary>
    [SchemaPattern("^(kamaji|static|[^/]+/.*)$")]
    [ValidationRule("self == oldSelf", "type is immutable: create another DPUCluster instead")]
    public required string Type { get; init; }

    /// <summary>How many nodes the cluster may have.</summary>
    [SchemaRange(1, 3000)]
    [SchemaDefault("1000")]
    public int? MaxNodes { get; init; }

    /// <summary>
    /// Kubernetes version of the control plane, such as v1.30.2. Required for type kamaji. For type static it says what
    /// the adopted control plane is expected to run.
    /// </summary>
    public string? Version { get; init; }

    /// <summary>
    /// Name of the Secret, in the same namespace, with the admin kubeconfig of the cluster under the key admin.conf. For
    /// type static the user supplies it; other managers set it. Once set it can neither be changed nor removed.
    /// </summary>
    [ValidationRule("oldSelf == '' || self == oldSelf", "kubeconfig is immutable: once set it can neither be changed nor removed")]
    public string? Kubeconfig { get; init; }

    /// <summary>How the control plane is reached.</summary>
    public ClusterEndpoint? ClusterEndpoint { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
