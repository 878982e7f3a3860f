using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;

namespace DpuCluster.Kubernetes.Meta;

/// <summary>What every object that an API server keeps has.</summary>
public interface IKubernetesObject
{
    /// <summary><c>group/version</c>. Servers leave it out in the items of a list.</summary>
    string? ApiVersion { get; init; }

    /// <summary>Kind. Servers leave it out in the items of a list.</summary>
    string? Kind { get; init; }

    /// <summary>Metadata; never <see langword="null"/> on an object that a server sent.</summary>
    ObjectMeta Metadata { get; init; }
}

/// <summary>An object whose type knows, without reflection, where it is served and how it is serialized.</summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public interface IKubernetesObject<TSelf> : IKubernetesObject
    where TSelf : class, IKubernetesObject<TSelf>
{
    /// <summary>Group, version, kind, plural and scope.</summary>
    [SuppressMessage("Design", "CA1000", Justification = "A static abstract member is how a type says it without an instance.")]
    static abstract ResourceType Resource { get; }

    /// <summary>Source-generated serialization of this type.</summary>
    [SuppressMessage("Design", "CA1000", Justification = "A static abstract member is how a type says it without an instance.")]
    static abstract JsonTypeInfo<TSelf> JsonType { get; }

    /// <summary>The same object with other metadata.</summary>
    TSelf WithMetadata(ObjectMeta metadata);
}
