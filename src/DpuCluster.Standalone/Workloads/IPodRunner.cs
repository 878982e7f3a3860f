namespace DpuCluster.Standalone.Workloads;

/// <summary>Runs the pods that can be run here; all others are simulated.</summary>
internal interface IPodRunner
{
    /// <summary>Whether pods of this specification are run rather than simulated. Such a pod, once it has a node, is the runner's alone.</summary>
    bool Runs(PodSpec spec);
}

/// <summary>Runs no pod.</summary>
internal sealed class NoPodRunner : IPodRunner
{
    public static NoPodRunner Instance { get; } = new();

    public bool Runs(PodSpec spec) => false;
}
