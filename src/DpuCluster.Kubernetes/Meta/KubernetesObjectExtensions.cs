namespace DpuCluster.Kubernetes.Meta;

/// <summary>What one asks of any object.</summary>
public static class KubernetesObjectExtensions
{
    extension(IKubernetesObject self)
    {
        /// <summary>Namespace and name: the key under which stores and queues know the object.</summary>
        public NamespacedName Key => new(self.Metadata.Namespace ?? "", self.Metadata.Name ?? "");

        /// <summary>Whether deletion was asked for; the object stays until its finalizers are gone.</summary>
        public bool IsBeingDeleted => self.Metadata.DeletionTimestamp is not null;

        /// <summary>Whether the object carries this finalizer.</summary>
        public bool HasFinalizer(string finalizer) => self.Metadata.Finalizers?.Contains(finalizer) is true;

        /// <summary>
        /// Whether the garbage collector is setting free what the object owns (<c>--cascade=orphan</c>): until it has, nobody can tell by the
        /// owner references what is to stay.
        /// </summary>
        public bool IsBeingOrphaned => self.HasFinalizer("orphan");

        /// <summary>The owner that manages the object; <see langword="null"/> where none does.</summary>
        public OwnerReference? ControllerOwner => self.Metadata.OwnerReferences?.FirstOrDefault(owner => owner.Controller is true);
    }
}
