namespace DpuCluster.Testing;

/// <summary>
/// Definitions of other projects that tests compare with. They are no part of this project and need not be there: they
/// are looked for in the folder that <c>DPUCLUSTER_REFERENCE_FILES</c> names, or else beside the project.
/// </summary>
public static class ReferenceFiles
{
    /// <summary>Why tests that need them are skipped.</summary>
    public const string Missing = "reference schemas are not beside the project";

    /// <summary>Full path of the folder; <see langword="null"/> where it is not there.</summary>
    public static string? Folder { get; } = FindFolder();

    /// <summary>Full path of a file in the folder.</summary>
    /// <exception cref="DirectoryNotFoundException">The folder is not there; a test that asks is a <see cref="ReferenceFactAttribute"/>.</exception>
    public static string Find(string name) => Path.Combine(Folder ?? throw new DirectoryNotFoundException(Missing), name);

    /// <summary>Full paths of all files with the extension, sorted; none where the folder is not there.</summary>
    public static IReadOnlyList<string> All(string extension = ".yaml") =>
        Folder is null ? [] : [.. Directory.EnumerateFiles(Folder, "*" + extension).Order(StringComparer.Ordinal)];

    private static string? FindFolder()
    {
        if (Environment.GetEnvironmentVariable("DPUCLUSTER_REFERENCE_FILES") is { Length: > 0 } named)
        {
            return named;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DpuCluster.slnx")))
            {
                var reference = Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", "reference"));
                return Directory.Exists(reference) ? reference : null;
            }
        }

        return null;
    }
}
