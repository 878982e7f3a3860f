using System.Globalization;

namespace DpuCluster.EndToEnd.Chaos;

/// <summary>How long and how large: by default short enough for every landing, and as the issue asks for where somebody wants the long form.</summary>
/// <param name="Time">How long things break.</param>
/// <param name="Seed">Decides what breaks, and when.</param>
/// <param name="StaticClusters">How many DPUClusters of type static there are.</param>
/// <param name="KamajiClusters">How many of type kamaji.</param>
/// <param name="Tenants">How many control planes the static ones adopt.</param>
internal sealed record ChaosOptions(TimeSpan Time, int Seed, int StaticClusters, int KamajiClusters, int Tenants)
{
    /// <summary>Says for how many seconds things break; with it comes the long form: 50 static and 20 Kamaji DPUClusters.</summary>
    public const string SecondsVariable = "DPUCLUSTER_CHAOS_SECONDS";

    public const string SeedVariable = "DPUCLUSTER_CHAOS_SEED";

    private static readonly TimeSpan Short = TimeSpan.FromSeconds(25);

    /// <summary>Whether it is the one that has to be as quick as the issue says.</summary>
    public bool IsLong { get; private init; }

    public static ChaosOptions FromEnvironment()
    {
        var seed = Number(SeedVariable) ?? 1;
        return Number(SecondsVariable) is { } seconds
            ? new(TimeSpan.FromSeconds(seconds), seed, 50, 20, 5) { IsLong = true }
            : new(Short, seed, 8, 3, 2);
    }

    private static int? Number(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
        ? int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new InvalidOperationException($"{variable}={text} is no number above 0")
        : null;
}
