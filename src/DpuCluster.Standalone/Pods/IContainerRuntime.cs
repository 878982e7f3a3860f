namespace DpuCluster.Standalone.Pods;

/// <summary>Runs processes of this project for pods.</summary>
internal interface IContainerRuntime
{
    /// <summary>Runs one until it ends.</summary>
    /// <param name="start">What to run.</param>
    /// <param name="stop">Asks it to end.</param>
    /// <returns>Its exit code.</returns>
    Task<int> RunAsync(ContainerStart start, CancellationToken stop);
}
