using DpuCluster.Bench.Measure;

namespace DpuCluster.Bench.Scenarios;

/// <summary>Something that can be measured.</summary>
/// <param name="Name">Name of the command.</param>
/// <param name="Title">Title of the figures.</param>
/// <param name="Description">What is measured, for the help.</param>
/// <param name="Clusters">How many clusters make the large case unless somebody says otherwise.</param>
/// <param name="Parts">The parts that it consists of.</param>
/// <param name="RunAsync">Measures, telling of each step.</param>
internal sealed record Scenario(
    string Name,
    string Title,
    string Description,
    int Clusters,
    string[] Parts,
    Func<ScenarioOptions, Action<string>, CancellationToken, Task<IReadOnlyList<Figure>>> RunAsync);
