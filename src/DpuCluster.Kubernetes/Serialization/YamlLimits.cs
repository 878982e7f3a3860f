namespace DpuCluster.Kubernetes.Serialization;

/// <summary>How much YAML is taken from someone who is not trusted.</summary>
public sealed record YamlLimits
{
    /// <summary>The limits where nobody says others.</summary>
    public static YamlLimits Default { get; } = new();

    /// <summary>Longest text, in characters.</summary>
    public int MaxLength { get; init; } = 16 * 1024 * 1024;

    /// <summary>How deep mappings and sequences may be nested, those that aliases bring included.</summary>
    public int MaxDepth { get; init; } = 200;

    /// <summary>How much text aliases may add, in characters; a node counts as 16 and its text.</summary>
    public int MaxAliasedLength { get; init; } = 4 * 1024 * 1024;
}
