namespace DpuCluster.Kubernetes.Meta;

/// <summary>What a watch tells of.</summary>
public enum WatchEventType
{
    /// <summary>The object exists from now on (or, at the start of a watch, already).</summary>
    Added,

    /// <summary>The object has a new state.</summary>
    Modified,

    /// <summary>The object is gone; the event carries its last state.</summary>
    Deleted,

    /// <summary>No change: only <see cref="WatchEvent{T}.ResourceVersion"/>, up to which nothing was missed.</summary>
    Bookmark,
}

/// <summary>One event of a watch. An <c>ERROR</c> event is not among them: it is thrown as a <see cref="KubernetesException"/>.</summary>
/// <typeparam name="T">Type of the object.</typeparam>
/// <param name="Type">What happened.</param>
/// <param name="Object">The object; of a bookmark, <see langword="null"/>.</param>
/// <param name="ResourceVersion">The version that a watch can be resumed from after this event.</param>
/// <param name="EndsInitialEvents">Whether this bookmark says that a streaming list is complete.</param>
public readonly record struct WatchEvent<T>(WatchEventType Type, T? Object, string ResourceVersion, bool EndsInitialEvents = false)
    where T : class;
