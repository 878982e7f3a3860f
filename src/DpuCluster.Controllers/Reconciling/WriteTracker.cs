using System.Collections.Immutable;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Controllers.Reconciling;

/// <summary>
/// Is told of every write of a process, and lets the controllers whom it concerns wait for it to show in their informers.
/// <see cref="ObjectWriter{T}"/> tells by itself; whoever writes in another way tells here.
/// </summary>
public sealed class WriteTracker
{
    private ImmutableArray<Controller> _controllers = [];

    /// <summary>The server has answered a write with this object.</summary>
    /// <param name="resource">Which collection was written to.</param>
    /// <param name="written">The object as the server keeps it now.</param>
    public void Wrote(ResourceType resource, IKubernetesObject written)
    {
        foreach (var controller in _controllers)
        {
            controller.Wrote(resource, written);
        }
    }

    /// <summary>The server has accepted the deletion of an object.</summary>
    /// <param name="resource">Which collection it was in.</param>
    /// <param name="key">Its name.</param>
    /// <param name="uid">Its identity, where known.</param>
    public void Deleted(ResourceType resource, NamespacedName key, string? uid = null)
    {
        foreach (var controller in _controllers)
        {
            controller.Deleted(resource, key, uid);
        }
    }

    internal void Register(Controller controller) => ImmutableInterlocked.Update(ref _controllers, static (all, one) => all.Add(one), controller);
}
