using System.Text.Json;
using System.Text.Json.Serialization;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Kubernetes.Resources;

/// <summary>How a container is asked how it does.</summary>
public sealed record Probe
{
    /// <summary>By an HTTP request; any answer below 400 is good.</summary>
    public HttpProbe? HttpGet { get; init; }

    /// <summary>Wait before the first question, in seconds.</summary>
    public int? InitialDelaySeconds { get; init; }

    /// <summary>Time between two questions, in seconds.</summary>
    public int? PeriodSeconds { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>An HTTP request to a container.</summary>
public sealed record HttpProbe
{
    /// <summary>Path.</summary>
    public string? Path { get; init; }

    /// <summary>Number or name of the port.</summary>
    public IntOrString? Port { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>A port that a container listens on.</summary>
public sealed record ContainerPort
{
    /// <summary>Name, unique in the pod.</summary>
    public string? Name { get; init; }

    /// <summary>Number.</summary>
    [JsonPropertyName("containerPort")]
    public int? Number { get; init; }

    /// <summary><c>TCP</c>, <c>UDP</c> or <c>SCTP</c>.</summary>
    public string? Protocol { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
