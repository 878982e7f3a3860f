namespace DpuCluster.Bench.Scenarios;

/// <summary>How large a run of a benchmark is.</summary>
/// <param name="Executable">The program that is measured.</param>
/// <param name="Numbers">The scenario's own numbers, by option.</param>
/// <param name="Parts">Which parts are measured: some of the scenario's own.</param>
/// <param name="Picture">File to draw curves into, as SVG, where the scenario has any; <see langword="null"/> for none.</param>
internal sealed record ScenarioOptions(
    string Executable, IReadOnlyDictionary<string, int> Numbers, IReadOnlyCollection<string> Parts, string? Picture)
{
    public const string ClustersOption = "--clusters";
    public const string HandOversOption = "--hand-overs";
    public const string MinutesOption = "--minutes";
    public const string ObjectsOption = "--objects";
    public const string RoundsOption = "--rounds";
    public const string SecondsOption = "--seconds";
    public const string SteadyOption = "--steady-seconds";
    public const string WatchersOption = "--watchers";

    /// <summary>How many clusters make the large case.</summary>
    public int Clusters => Numbers[ClustersOption];

    /// <summary>How often a lease changes hands after each signal.</summary>
    public int HandOvers => Numbers[HandOversOption];

    /// <summary>How long it lasts.</summary>
    public int Minutes => Numbers[MinutesOption];

    /// <summary>How many objects make the large case.</summary>
    public int Objects => Numbers[ObjectsOption];

    /// <summary>How often what concerns one cluster alone is repeated, and how often a process is started.</summary>
    public int Rounds => Math.Min(Numbers[RoundsOption], Numbers.GetValueOrDefault(ClustersOption, int.MaxValue));

    /// <summary>How long each rate is measured.</summary>
    public int Seconds => Numbers[SecondsOption];

    /// <summary>How long the steady state is looked at.</summary>
    public int SteadySeconds => Numbers[SteadyOption];

    /// <summary>How many watch at a time.</summary>
    public int Watchers => Numbers[WatchersOption];
}
