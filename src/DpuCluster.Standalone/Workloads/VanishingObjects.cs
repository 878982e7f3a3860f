using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Standalone.Workloads;

/// <summary>Writing to objects that may be gone by then.</summary>
internal static class VanishingObjects
{
    /// <summary>Writes the status, unless the object is gone.</summary>
    public static async Task WriteIfThereAsync<T>(this StatusWriter<T> writer, T current, T desired, CancellationToken cancellation)
        where T : class, IKubernetesObject<T>
    {
        try
        {
            await writer.WriteAsync(current, desired, cancellation).ConfigureAwait(false);
        }
        catch (KubernetesException exception) when (exception.IsNotFound)
        {
            // Nobody is left to be told how it does; the informer will say so soon.
        }
    }

    /// <summary>Deletes this very object; it does not matter where somebody else was faster.</summary>
    /// <param name="writer">How to write.</param>
    /// <param name="obj">The object.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="gracePeriodSeconds">Time that it is given to end; <see langword="null"/> for what it wants itself.</param>
    public static async Task DeleteIfThereAsync<T>(
        this ObjectWriter<T> writer, T obj, CancellationToken cancellation, long? gracePeriodSeconds = null)
        where T : class, IKubernetesObject<T>
    {
        try
        {
            await writer.DeleteAsync(
                obj.Metadata.Namespace,
                obj.Metadata.Name!,
                new() { PreconditionUid = obj.Metadata.Uid, GracePeriodSeconds = gracePeriodSeconds },
                cancellation).ConfigureAwait(false);
        }
        catch (KubernetesException exception) when (exception.IsNotFound || exception.IsConflict)
        {
            // It is gone, or another object of this name has come.
        }
    }
}
