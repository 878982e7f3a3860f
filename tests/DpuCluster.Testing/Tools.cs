namespace DpuCluster.Testing;

/// <summary>The programs on the <c>PATH</c> that tests use.</summary>
public static class Tools
{
    /// <summary>Whether a missing tool is a failure: <c>DPUCLUSTER_REQUIRE_TOOLS=1</c>.</summary>
    public static bool Required => Environment.GetEnvironmentVariable("DPUCLUSTER_REQUIRE_TOOLS") == "1";

    /// <summary>Full path of a program; <see langword="null"/> where it is not on the <c>PATH</c>.</summary>
    public static string? Find(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, tool))
            .FirstOrDefault(File.Exists);

    /// <summary>Full path of a program that the calling test cannot do without.</summary>
    /// <exception cref="FileNotFoundException">It is not on the <c>PATH</c>.</exception>
    public static string Require(string tool) =>
        Find(tool) ?? throw new FileNotFoundException($"{tool} is not on the PATH; install it (Debian: see .ci/run)");

    internal static string? ReasonToSkip(IEnumerable<string> tools)
    {
        var missing = tools.Where(tool => Find(tool) is null).ToList();
        return missing.Count == 0 || Required ? null : $"{string.Join(" and ", missing)} not on the PATH";
    }
}
