using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Operator;

/// <summary>What a turn of the operator came to, before it is told in conditions.</summary>
internal sealed record OperatorObservation
{
    /// <summary>Whether the operator is told to keep still.</summary>
    public bool IsPaused { get; init; }

    /// <summary>Image pull secrets that do not exist.</summary>
    public IReadOnlyList<string> MissingSecrets { get; init; } = [];

    /// <summary>What could not be done, for people.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>What is not wanted any more, and not gone yet.</summary>
    public IReadOnlyList<string> Leaving { get; init; } = [];

    /// <summary>The Deployments that are wanted, by name, as they are; <see langword="null"/> for one that is not there.</summary>
    public IReadOnlyDictionary<string, Deployment?> Deployments { get; init; } = new Dictionary<string, Deployment?>();
}
