using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Controllers.Informers;

/// <summary>How an informer is doing.</summary>
/// <param name="HasSynced">Whether the whole collection was read once.</param>
/// <param name="Unavailable">The server does not give this optional collection (forbidden, or there is no such kind).</param>
/// <param name="FailingSince">Since when no list or watch has worked; <see langword="null"/> while all is well.</param>
/// <param name="LastError">What failed last, while it fails.</param>
public sealed record InformerHealth(bool HasSynced, bool Unavailable, DateTimeOffset? FailingSince, string? LastError)
{
    /// <summary>Whether reconcilers may start: synced, or known to be unavailable and not needed.</summary>
    public bool IsReady => HasSynced || Unavailable;

    /// <summary>The server itself says no (forbidden, no such kind): trying with a new process would change nothing.</summary>
    public bool IsRefused { get; init; }
}

/// <summary>An informer of whatever type.</summary>
public interface IInformer
{
    /// <summary>What it watches.</summary>
    ResourceType Resource { get; }

    /// <summary>Whether the whole collection was read once.</summary>
    bool HasSynced { get; }

    /// <summary>How it is doing.</summary>
    InformerHealth Health { get; }

    /// <summary>Objects in the store.</summary>
    int Count { get; }

    /// <summary>Waits until the whole collection was read, or an optional one is known to be unavailable.</summary>
    Task WaitForSyncAsync(CancellationToken cancellation);
}
