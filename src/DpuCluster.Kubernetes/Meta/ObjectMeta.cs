using System.Text.Json;
using System.Text.Json.Serialization;

namespace DpuCluster.Kubernetes.Meta;

/// <summary>
/// Kubernetes' <c>ObjectMeta</c>. Immutable: change it with a <c>with</c> expression. Fields that are not named here
/// are kept in <see cref="Extra"/>, so that a read-modify-write loses nothing.
/// </summary>
public sealed record ObjectMeta
{
    /// <summary>Metadata that says nothing.</summary>
    public static ObjectMeta Empty { get; } = new();

    /// <summary>Name, unique among objects of the kind in the namespace.</summary>
    public string? Name { get; init; }

    /// <summary>Prefix from which the server makes <see cref="Name"/> when that is absent.</summary>
    public string? GenerateName { get; init; }

    /// <summary>Namespace; absent on cluster-scoped objects.</summary>
    public string? Namespace { get; init; }

    /// <summary>Identity over time: differs between two objects that had the same name one after the other.</summary>
    public string? Uid { get; init; }

    /// <summary>Opaque version of this state of the object; precondition of a replace.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Grows with every change of the desired state.</summary>
    public long? Generation { get; init; }

    /// <summary>When the server created the object, in whole seconds.</summary>
    public DateTimeOffset? CreationTimestamp { get; init; }

    /// <summary>When deletion was asked for; the object stays until its finalizers are gone.</summary>
    public DateTimeOffset? DeletionTimestamp { get; init; }

    /// <summary>Grace period of the deletion, in seconds.</summary>
    public long? DeletionGracePeriodSeconds { get; init; }

    /// <summary>Labels: what selectors select by.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Annotations: free-form data of tools.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>The objects that this one is garbage-collected with.</summary>
    public IReadOnlyList<OwnerReference>? OwnerReferences { get; init; }

    /// <summary>Those who must agree before a deletion is carried out.</summary>
    public IReadOnlyList<string>? Finalizers { get; init; }

    /// <summary>Who manages which fields, as the server keeps it; never sent by our writers but in a full replace.</summary>
    public JsonElement? ManagedFields { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
