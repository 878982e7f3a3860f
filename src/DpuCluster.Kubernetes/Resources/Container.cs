using System.Text.Json;
using System.Text.Json.Serialization;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Kubernetes.Resources;

/// <summary>One container of a pod; the part in use.</summary>
public sealed record Container
{
    /// <summary>Name, unique in the pod.</summary>
    public string? Name { get; init; }

    /// <summary>Image.</summary>
    public string? Image { get; init; }

    /// <summary>What is run instead of the image's entry point.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Arguments, instead of the image's own.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>Environment variables, told apart by name.</summary>
    public IReadOnlyList<EnvironmentVariable>? Env { get; init; }

    /// <summary>Ports that it listens on, told apart by number and protocol.</summary>
    public IReadOnlyList<ContainerPort>? Ports { get; init; }

    /// <summary>Whether it must be started anew.</summary>
    public Probe? LivenessProbe { get; init; }

    /// <summary>Whether it can do its work.</summary>
    public Probe? ReadinessProbe { get; init; }

    /// <summary>What it needs and may have.</summary>
    public ResourceRequirements? Resources { get; init; }

    /// <summary>Volumes that it sees, told apart by mount path.</summary>
    public IReadOnlyList<VolumeMount>? VolumeMounts { get; init; }

    /// <summary>Its privileges.</summary>
    public SecurityContext? SecurityContext { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>An environment variable of a container.</summary>
public sealed record EnvironmentVariable
{
    /// <summary>Name.</summary>
    public string? Name { get; init; }

    /// <summary>Value.</summary>
    public string? Value { get; init; }

    /// <summary>Where the value comes from, instead.</summary>
    public EnvironmentSource? ValueFrom { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>Where the value of an environment variable comes from.</summary>
public sealed record EnvironmentSource
{
    /// <summary>A field of the pod itself.</summary>
    public FieldReference? FieldRef { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>A field of an object.</summary>
public sealed record FieldReference
{
    /// <summary>Path, such as <c>status.hostIP</c>.</summary>
    public string? FieldPath { get; init; }

    /// <summary>Version in which the path is meant.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>What a container needs and may have, by resource.</summary>
public sealed record ResourceRequirements
{
    /// <summary>What is set aside for it.</summary>
    public IReadOnlyDictionary<string, IntOrString>? Requests { get; init; }

    /// <summary>What it gets at most.</summary>
    public IReadOnlyDictionary<string, IntOrString>? Limits { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>Privileges of a container.</summary>
public sealed record SecurityContext
{
    /// <summary>Whether it may do everything on its node.</summary>
    public bool? Privileged { get; init; }

    /// <summary>Whether its processes can gain privileges.</summary>
    public bool? AllowPrivilegeEscalation { get; init; }

    /// <summary>Whether its own file system is read-only.</summary>
    public bool? ReadOnlyRootFilesystem { get; init; }

    /// <summary>Whether it must not run as root.</summary>
    public bool? RunAsNonRoot { get; init; }

    /// <summary>User id.</summary>
    public long? RunAsUser { get; init; }

    /// <summary>Group id.</summary>
    public long? RunAsGroup { get; init; }

    /// <summary>Linux capabilities.</summary>
    public Capabilities? Capabilities { get; init; }

    /// <summary>Which system calls it may make.</summary>
    public SeccompProfile? SeccompProfile { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>Linux capabilities of a container, without the prefix <c>CAP_</c>.</summary>
public sealed record Capabilities
{
    /// <summary>Given beyond the runtime's.</summary>
    public IReadOnlyList<string>? Add { get; init; }

    /// <summary>Taken away; <c>ALL</c> for all.</summary>
    public IReadOnlyList<string>? Drop { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}

/// <summary>Which system calls a container may make.</summary>
public sealed record SeccompProfile
{
    /// <summary><c>RuntimeDefault</c>, <c>Unconfined</c> or <c>Localhost</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Fields that this type does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
