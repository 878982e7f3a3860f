namespace DpuCluster.Controllers.Informers;

/// <summary>What happened to an object in an informer's store.</summary>
public enum ChangeType
{
    /// <summary>The object is new to the store.</summary>
    Added,

    /// <summary>The object has a new version.</summary>
    Updated,

    /// <summary>The object is gone.</summary>
    Deleted,
}

/// <summary>One change of an informer's store.</summary>
/// <typeparam name="T">Type of the object.</typeparam>
/// <param name="Type">What happened.</param>
/// <param name="Object">The object as it is now; of a deleted one, the last that was seen of it.</param>
/// <param name="Old">The version before; of an added object, <see langword="null"/>.</param>
public readonly record struct Change<T>(ChangeType Type, T Object, T? Old)
    where T : class;
