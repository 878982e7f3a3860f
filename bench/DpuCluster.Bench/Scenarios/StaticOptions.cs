namespace DpuCluster.Bench.Scenarios;

/// <summary>How large a run of the benchmark of static clusters is.</summary>
/// <param name="Executable">The program that is measured.</param>
/// <param name="Clusters">How many clusters make the large case.</param>
/// <param name="Rounds">How often one cluster alone is created, and how often a process is started.</param>
/// <param name="SteadySeconds">How long the steady state is looked at.</param>
/// <param name="Parts">Which parts are measured: some of <see cref="AllParts"/>.</param>
internal sealed record StaticOptions(string Executable, int Clusters, int Rounds, int SteadySeconds, IReadOnlyCollection<string> Parts)
{
    public const string One = "one";
    public const string Many = "many";
    public const string Standalone = "standalone";

    public static string[] AllParts { get; } = [One, Many, Standalone];
}
