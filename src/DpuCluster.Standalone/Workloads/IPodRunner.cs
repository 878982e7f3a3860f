using DpuCluster.Kubernetes.Meta;
using DpuCluster.Standalone.Pods;

namespace DpuCluster.Standalone.Workloads;

/// <summary>Runs the pods that can be run here; all others are simulated.</summary>
internal interface IPodRunner
{
    /// <summary>Told of every change of a pod that is run.</summary>
    Action<NamespacedName> Changed { get; set; }

    /// <summary>Whether pods of this specification are run rather than simulated.</summary>
    bool Runs(PodSpec spec);

    /// <summary>Starts a pod, unless it runs already.</summary>
    /// <returns>How it does, and its address.</returns>
    (PodRunState State, string? Address) Ensure(Pod pod);

    /// <summary>Asks a pod to end.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="grace">After how long it is killed.</param>
    /// <returns>Whether nothing of it runs.</returns>
    bool End(NamespacedName pod, TimeSpan grace);
}
