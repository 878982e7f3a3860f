namespace DpuCluster.Bench.Scenarios;

/// <summary>A number that says how large a run of a scenario is, and its option on the command line.</summary>
/// <param name="Option">Name of the option.</param>
/// <param name="Description">What it says, for the help.</param>
/// <param name="Otherwise">Its value unless somebody gives another one.</param>
/// <param name="Least">The smallest that makes sense.</param>
/// <param name="Most">The largest that makes sense.</param>
internal sealed record ScenarioNumber(string Option, string Description, int Otherwise, int Least, int Most)
{
    /// <summary>Those of the scenarios with clusters.</summary>
    /// <param name="clusters">How many clusters make the large case unless somebody says otherwise.</param>
    public static ScenarioNumber[] OfClusters(int clusters) =>
    [
        new(ScenarioOptions.ClustersOption, "How many clusters make the large case, 1 to 5000.", clusters, 1, 5000),
        new(ScenarioOptions.RoundsOption, "How often one cluster alone is created, 1 to 100.", 50, 1, 100),
        new(ScenarioOptions.SteadyOption, "How long the steady state is looked at, 0 (not at all) to 3600.", 60, 0, 3600),
    ];
}
