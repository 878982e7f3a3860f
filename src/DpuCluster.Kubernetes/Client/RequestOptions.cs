namespace DpuCluster.Kubernetes.Client;

/// <summary>Which objects to list.</summary>
public sealed record ListOptions
{
    /// <summary>Only objects with such labels, in Kubernetes' selector syntax.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Only objects with such fields, such as <c>metadata.name=x</c>.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>At most so many objects in a page.</summary>
    public int? Limit { get; init; }

    /// <summary>Token of the page that is wanted.</summary>
    public string? Continue { get; init; }

    /// <summary>State that the list must show; see <see cref="ResourceVersionMatch"/>.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary><c>Exact</c> or <c>NotOlderThan</c>.</summary>
    public string? ResourceVersionMatch { get; init; }
}

/// <summary>What to watch, from where.</summary>
public sealed record WatchOptions
{
    /// <summary>Only objects with such labels.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Only objects with such fields.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>Only events after this state; <see langword="null"/> begins with whatever is there.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Asks for bookmarks.</summary>
    public bool AllowBookmarks { get; init; } = true;

    /// <summary>Asks for a streaming list: every object as an event first, then a bookmark that says so.</summary>
    public bool? SendInitialEvents { get; init; }

    /// <summary>After how long the server shall end the watch, in whole seconds.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>How to write.</summary>
public sealed record WriteOptions
{
    /// <summary>Who writes, as kept in <c>managedFields</c>.</summary>
    public string? FieldManager { get; init; }

    /// <summary>Server-side apply only: takes fields that others manage.</summary>
    public bool Force { get; init; }

    /// <summary>Checks everything, keeps nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary><c>Ignore</c>, <c>Warn</c> or <c>Strict</c>: what happens to unknown and duplicate fields.</summary>
    public string? FieldValidation { get; init; }
}

/// <summary>How to delete.</summary>
public sealed record DeleteOptions
{
    /// <summary><c>Background</c>, <c>Foreground</c> or <c>Orphan</c>: what becomes of owned objects.</summary>
    public string? PropagationPolicy { get; init; }

    /// <summary>Seconds that the object is given to end; 0 at once.</summary>
    public long? GracePeriodSeconds { get; init; }

    /// <summary>Deletes only the object with this identity; another one is a conflict.</summary>
    public string? PreconditionUid { get; init; }

    /// <summary>Deletes only this state of the object; another one is a conflict.</summary>
    public string? PreconditionResourceVersion { get; init; }

    /// <summary>Checks everything, deletes nothing.</summary>
    public bool DryRun { get; init; }
}

/// <summary>What a deletion came to.</summary>
public enum DeleteResult
{
    /// <summary>The object is gone.</summary>
    Deleted,

    /// <summary>The object is marked as deleted, and stays until its finalizers are gone or its grace period is over.</summary>
    StillThere,
}
