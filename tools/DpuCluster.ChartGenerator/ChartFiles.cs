using DpuCluster.Api;
using DpuCluster.RoleGenerator;
using DpuCluster.Standalone;

namespace DpuCluster.ChartGenerator;

/// <summary>The files of the chart that are generated: the rest of it is written by hand.</summary>
internal static class ChartFiles
{
    /// <summary>What writes the files; told in each of them, and by the test that finds one stale.</summary>
    public const string Command = "dotnet run --project tools/DpuCluster.ChartGenerator";

    /// <summary>Where the chart is, from the root of the repository.</summary>
    public const string Folder = "deploy/helm/dpucluster";

    private const string Labels = "  labels:\n    {{- include \"dpucluster.labels\" . | nindent 4 }}\n";

    /// <summary>Path from the root of the repository → text.</summary>
    public static SortedDictionary<string, string> Generate() => new(
        ApiCrds.All.ToDictionary(crd => $"{Folder}/crds/{crd.Key}.yaml", crd => crd.Value), StringComparer.Ordinal)
    {
        [$"{Folder}/templates/rbac.yaml"] = RoleFiles.Text(SystemParts.Operator, Command, Labels),
    };
}
