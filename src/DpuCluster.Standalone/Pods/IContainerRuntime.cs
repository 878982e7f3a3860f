namespace DpuCluster.Standalone.Pods;

/// <summary>Runs processes of this project for pods.</summary>
internal interface IContainerRuntime
{
    /// <summary>Runs one until it ends.</summary>
    /// <param name="start">What to run.</param>
    /// <param name="stop">Asks it to end.</param>
    /// <param name="kill">Ends it without asking, where that can be done: comes after <paramref name="stop"/>.</param>
    /// <returns>Its exit code.</returns>
    Task<int> RunAsync(ContainerStart start, CancellationToken stop, CancellationToken kill);
}
