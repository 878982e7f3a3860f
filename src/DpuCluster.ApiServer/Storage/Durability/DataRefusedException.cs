using DpuCluster.Kubernetes;

namespace DpuCluster.ApiServer.Storage.Durability;

/// <summary>A data directory has something in it that cannot be right: to go on would be to lose or to invent objects.</summary>
internal sealed class DataRefusedException : UserErrorException
{
    private DataRefusedException(string problem, string remedy)
        : base(problem, remedy)
    {
    }

    /// <summary>A file is damaged in a place where it was whole once.</summary>
    public static DataRefusedException Corrupt(string directory, string name, long offset, string what) =>
        new($"{Path.Combine(directory, name)} is corrupt at byte {offset} ({what})",
            "restore the directory from a backup, or begin with an empty one");

    /// <summary>A file that others build upon is not there.</summary>
    public static DataRefusedException Missing(string directory, string name) =>
        new($"{Path.Combine(directory, name)} is missing", "restore the directory from a backup, or begin with an empty one");

    /// <summary>Every file is whole, and together they make no sense.</summary>
    public static DataRefusedException Contradiction(string directory, string what) =>
        new($"the files in {directory} do not belong together ({what})", "restore the directory from a backup, or begin with an empty one");

    public static DataRefusedException Newer(string directory, string name, uint format) =>
        new($"{Path.Combine(directory, name)} was written by a newer version of this program (format {format}; this one knows up to {FileHeader.Format})",
            "use that version, or another directory");
}
