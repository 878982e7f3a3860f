using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Kubernetes.Resources;

/// <summary>An event of group <c>events.k8s.io</c>: something that happened to an object, for people to read.</summary>
public sealed record Event : KubernetesObject<Event>, IKubernetesObject<Event>
{
    /// <inheritdoc/>
    public static ResourceType Resource { get; } = new("events.k8s.io", "v1", "Event", "events", Namespaced: true);

    /// <inheritdoc/>
    public static JsonTypeInfo<Event> JsonType => KubernetesJsonContext.Default.Event;

    /// <summary>When it first happened.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? EventTime { get; init; }

    /// <summary>How often it has happened since; absent while it has happened once.</summary>
    public EventSeries? Series { get; init; }

    /// <summary>Which controller tells, such as <c>dpu.nvidia.com/provisioning-controller</c>.</summary>
    public string? ReportingController { get; init; }

    /// <summary>Which instance of it, such as a pod name.</summary>
    public string? ReportingInstance { get; init; }

    /// <summary>What the controller did or tried, in CamelCase.</summary>
    public string? Action { get; init; }

    /// <summary>Why, in CamelCase; at most 128 characters.</summary>
    public string? Reason { get; init; }

    /// <summary>What it is about.</summary>
    public ObjectReference? Regarding { get; init; }

    /// <summary>A second object that took part.</summary>
    public ObjectReference? Related { get; init; }

    /// <summary>For people; at most 1024 characters.</summary>
    public string? Note { get; init; }

    /// <summary><c>Normal</c> or <c>Warning</c>.</summary>
    public string? Type { get; init; }
}

/// <summary>Repetitions of an <see cref="Event"/>.</summary>
public sealed record EventSeries
{
    /// <summary>How often it has happened; at least 2.</summary>
    public int Count { get; init; }

    /// <summary>When it last happened.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset LastObservedTime { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>Names an object of any kind.</summary>
public sealed record ObjectReference
{
    /// <summary>Group and version.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Kind.</summary>
    public string? Kind { get; init; }

    /// <summary>Namespace; absent for a cluster-scoped object.</summary>
    public string? Namespace { get; init; }

    /// <summary>Name.</summary>
    public string? Name { get; init; }

    /// <summary>Identity.</summary>
    public string? Uid { get; init; }

    /// <summary>The version meant.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>The part of the object meant, such as <c>spec.containers{name}</c>.</summary>
    public string? FieldPath { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
