namespace DpuCluster.CrdGenerator;

/// <summary>Where things are in a clone.</summary>
internal static class Repository
{
    public const string Solution = "DpuCluster.slnx";

    /// <summary>The definitions that users install.</summary>
    public const string CrdFolder = "deploy/crds";

    /// <summary>Definitions of other projects' kinds, for environments in which stand-ins play those projects.</summary>
    public const string StandaloneCrdFolder = "deploy/standalone/crds";

    /// <summary>All folders that the generator writes.</summary>
    public static IReadOnlyList<string> CrdFolders { get; } = [CrdFolder, StandaloneCrdFolder];

    /// <summary>The folder that holds the solution, at or above a folder; null where there is none.</summary>
    public static string? Find(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Solution)))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}
