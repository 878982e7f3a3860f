using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Controllers.Informers;

/// <summary>What a reflector keeps equal to the server's collection. Called by one thread at a time.</summary>
internal interface IReflectorTarget<T>
    where T : class, IKubernetesObject<T>
{
    /// <summary>The collection consists of exactly these objects.</summary>
    void Replace(Dictionary<NamespacedName, T> items);

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
