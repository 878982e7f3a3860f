using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Controllers.Informers;

/// <summary>What a reflector keeps equal to the server's collection. Called by one thread at a time.</summary>
internal interface IReflectorTarget<T>
    where T : class, IKubernetesObject<T>
{
    /// <summary>The collection consists of exactly these objects.</summary>
    /// <param name="items">The objects.</param>
    /// <param name="version">The version of the collection; older than what was reached, it is that of a server set back in time.</param>
    void Replace(Dictionary<NamespacedName, T> items, string version);

    void Set(T value);

    void Remove(T value);

    /// <summary>Everything up to this version has been seen.</summary>
    void Reached(string version);

    /// <summary>A watch is being opened.</summary>
    void Attempting(long timestamp);

    /// <summary>The watch works.</summary>
    void Worked();

    /// <summary>List or watch failed.</summary>
    /// <returns>Whether the collection is optional and the server will not give it, so that hurry makes no sense.</returns>
    bool Failed(Exception failure);
}
