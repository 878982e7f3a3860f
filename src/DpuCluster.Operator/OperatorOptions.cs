using DpuCluster.Operator.Components;

namespace DpuCluster.Operator;

/// <summary>What the operator can be told.</summary>
public sealed record OperatorOptions
{
    /// <summary>The processes that it can install.</summary>
    public required IReadOnlyList<SystemComponent> Components { get; init; }

    /// <summary>Image that processes run from where a DPFOperatorConfig names no other: this project's own.</summary>
    public required string Image { get; init; }

    /// <summary>Image with keepalived, for those who make pods of it; <see langword="null"/>: they decide.</summary>
    public string? KeepalivedImage { get; init; }

    /// <summary>How many pods each process has, at least 1. Default 2: one acts, the other is there when the first goes.</summary>
    public int Replicas { get; init; } = 2;
}
