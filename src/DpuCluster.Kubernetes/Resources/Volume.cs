using System.Text.Json;
using System.Text.Json.Serialization;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Kubernetes.Resources;

/// <summary>A volume of a pod; the kinds in use.</summary>
public sealed record Volume
{
    /// <summary>Name, unique in the pod.</summary>
    public string? Name { get; init; }

    /// <summary>The data of a config map, as files.</summary>
    public ConfigMapVolume? ConfigMap { get; init; }

    /// <summary>A directory that lives as long as the pod.</summary>
    public EmptyDirectoryVolume? EmptyDir { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>A config map as files.</summary>
public sealed record ConfigMapVolume
{
    /// <summary>Name of the config map.</summary>
    public string? Name { get; init; }

    /// <summary>Mode bits of the files.</summary>
    public int? DefaultMode { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>A directory that lives as long as its pod.</summary>
public sealed record EmptyDirectoryVolume
{
    /// <summary><c>Memory</c>: kept in memory.</summary>
    public string? Medium { get; init; }

    /// <summary>How much it holds at most.</summary>
    public IntOrString? SizeLimit { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>Where a container sees a volume.</summary>
public sealed record VolumeMount
{
    /// <summary>Name of the volume.</summary>
    public string? Name { get; init; }

    /// <summary>Where in the container.</summary>
    public string? MountPath { get; init; }

    /// <summary>Whether it can only be read.</summary>
    public bool? ReadOnly { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
