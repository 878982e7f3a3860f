namespace DpuCluster.Bench.Scenarios;

/// <summary>How large a run of a benchmark is.</summary>
/// <param name="Executable">The program that is measured.</param>
/// <param name="Clusters">How many clusters make the large case.</param>
/// <param name="Rounds">How often what concerns one cluster alone is repeated, and how often a process is started.</param>
/// <param name="SteadySeconds">How long the steady state is looked at.</param>
/// <param name="Parts">Which parts are measured: some of the scenario's own.</param>
internal sealed record ScenarioOptions(string Executable, int Clusters, int Rounds, int SteadySeconds, IReadOnlyCollection<string> Parts);
