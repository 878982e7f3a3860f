namespace DpuCluster.Kubernetes.Resources;

/// <summary>What <c>/version</c> answers.</summary>
public sealed record VersionInfo
{
    /// <summary>Such as <c>1</c>.</summary>
    public string? Major { get; init; }

    /// <summary>Such as <c>30</c> or <c>30+</c>.</summary>
    public string? Minor { get; init; }

    /// <summary>Such as <c>v1.30.2</c>.</summary>
    public string? GitVersion { get; init; }
}
