namespace DpuCluster.Kubernetes.Meta;

/// <summary>Names one object of a known kind; the key of informer stores and work queues.</summary>
/// <param name="Namespace">Namespace; empty for a cluster-scoped object.</param>
/// <param name="Name">Object name.</param>
public readonly record struct NamespacedName(string Namespace, string Name)
{
    /// <summary><c>namespace/name</c>, or only the name of a cluster-scoped object: how logs and messages name it.</summary>
    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
}
