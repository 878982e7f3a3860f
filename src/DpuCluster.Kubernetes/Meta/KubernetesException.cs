using System.Net;

namespace DpuCluster.Kubernetes.Meta;

/// <summary>A server's answer that is not a success, as the <see cref="Meta.Status"/> that it sent or that its code stands for.</summary>
public sealed class KubernetesException : Exception
{
    /// <summary>Makes the exception of a status.</summary>
    /// <param name="status">What the server said.</param>
    /// <param name="innerException">What led to it, if anything did.</param>
    public KubernetesException(Status status, Exception? innerException = null)
        : base(status?.Message ?? status?.Reason ?? "the server answered with an error", innerException)
    {
        ArgumentNullException.ThrowIfNull(status);
        Status = status;
    }

    /// <summary>What the server said.</summary>
    public Status Status { get; }

    /// <summary>HTTP status code.</summary>
    public HttpStatusCode Code => (HttpStatusCode)(Status.Code ?? 500);

    /// <summary>What happened, for programs: see <see cref="StatusReason"/>; empty where the server gave none.</summary>
    public string Reason => Status.Reason ?? "";

    /// <summary>How long the server asks to wait before another try.</summary>
    public TimeSpan? RetryAfter => Status.Details?.RetryAfterSeconds is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>The object, or the kind itself, is not there.</summary>
    public bool IsNotFound => Code == HttpStatusCode.NotFound;

    /// <summary>Another writer came first: read again and decide again.</summary>
    public bool IsConflict => Code == HttpStatusCode.Conflict && Reason != StatusReason.AlreadyExists;

    /// <summary>An object of this name exists.</summary>
    public bool IsAlreadyExists => Reason == StatusReason.AlreadyExists;

    /// <summary>The history asked for is compacted away: list again.</summary>
    public bool IsGone => Code == HttpStatusCode.Gone || Reason is StatusReason.Expired or StatusReason.Gone;

    /// <summary>The credentials are good, but do not allow this.</summary>
    public bool IsForbidden => Code == HttpStatusCode.Forbidden;
}
