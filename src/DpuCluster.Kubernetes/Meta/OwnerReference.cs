using System.Text.Json;
using System.Text.Json.Serialization;

namespace DpuCluster.Kubernetes.Meta;

/// <summary>Names an object that owns the one that carries this reference; both are in the same namespace.</summary>
public sealed record OwnerReference
{
    /// <summary>Group and version of the owner.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>Kind of the owner.</summary>
    public required string Kind { get; init; }

    /// <summary>Name of the owner.</summary>
    public required string Name { get; init; }

    /// <summary>Identity of the owner; an object of the same name but another uid is not the owner.</summary>
    public required string Uid { get; init; }

    /// <summary>Whether this is the one owner that manages the object. At most one reference of an object says so.</summary>
    public bool? Controller { get; init; }

    /// <summary>Whether a foreground deletion of the owner waits for this object.</summary>
    public bool? BlockOwnerDeletion { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
