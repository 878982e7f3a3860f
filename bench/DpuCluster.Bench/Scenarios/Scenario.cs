using DpuCluster.Bench.Measure;

namespace DpuCluster.Bench.Scenarios;

/// <summary>Something that can be measured.</summary>
/// <param name="Name">Name of the command.</param>
/// <param name="Title">Title of the figures.</param>
/// <param name="Description">What is measured, for the help.</param>
/// <param name="Counted">What there are many of in the large case.</param>
/// <param name="Numbers">What a user can make larger or smaller.</param>
/// <param name="Parts">The parts that it consists of.</param>
/// <param name="RunAsync">Measures, telling of each step.</param>
internal sealed record Scenario(
    string Name,
    string Title,
    string Description,
    string Counted,
    ScenarioNumber[] Numbers,
    string[] Parts,
    Func<ScenarioOptions, Action<string>, CancellationToken, Task<IReadOnlyList<Figure>>> RunAsync);
