namespace DpuCluster.Controllers.Informers;

/// <summary>Which part of a collection an informer keeps.</summary>
public sealed record InformerScope
{
    /// <summary>Everything in every namespace.</summary>
    public static InformerScope Everything { get; } = new();

    /// <summary>Only this namespace; <see langword="null"/> for all.</summary>
    public string? Namespace { get; init; }

    /// <summary>Only objects with such labels, in Kubernetes' selector syntax.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Only objects with such fields, such as <c>metadata.name=x</c>.</summary>
    public string? FieldSelector { get; init; }
}

/// <summary>Times and limits of an informer. The defaults are right for production.</summary>
internal sealed record InformerOptions
{
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(0.8);

    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Wait before the server is asked again for a collection that it refused.</summary>
    public TimeSpan UnavailableRetry { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Wait before the server is asked again for a kind that it does not know: short, as a definition that is installed is what somebody
    /// waits for.
    /// </summary>
    public TimeSpan UnknownKindRetry { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan MinWatch { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan MaxWatch { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long after its server-side time-out a watch that has not ended is taken for dead.</summary>
    public TimeSpan WatchGrace { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A watch that has lasted so long without an error works, even if nothing came: longer than the client's request time-out.</summary>
    public TimeSpan TakenForGood { get; init; } = TimeSpan.FromSeconds(35);

    /// <summary>How long a streaming list may stay silent before it is taken for a server that does not know streaming lists.</summary>
    public TimeSpan StreamingPatience { get; init; } = TimeSpan.FromSeconds(10);

    public int PageSize { get; init; } = 500;

    public bool Streaming { get; init; } = true;

    public Random Random { get; init; } = Random.Shared;
}
