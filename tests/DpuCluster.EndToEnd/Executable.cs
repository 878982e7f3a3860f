using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>The built executable, as a user starts it, with a state directory of the tests' own.</summary>
internal sealed class Executable : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("dpucluster-e2e-");

    /// <summary>A file in a directory that goes with this object.</summary>
    public string File(string name) => Path.Combine(_home.FullName, name);

    /// <summary>Starts the program to run until it is told to end.</summary>
    public RunningProcess Start(params string[] arguments) => new(Dotnet, [Program, .. arguments], Environment());

    /// <summary>Runs the program to its end.</summary>
    public Task<ProcessResult> Run(params string[] arguments) =>
        ProcessRunner.RunAsync(Dotnet, [Program, .. arguments], environment: Environment());

    /// <inheritdoc/>
    public void Dispose() => _home.Delete(recursive: true);

    private static string Dotnet => System.Environment.ProcessPath is { } self && Path.GetFileNameWithoutExtension(self) == "dotnet" ? self : Tools.Require("dotnet");

    private static string Program => Path.Combine(AppContext.BaseDirectory, "dpucluster.dll");

    private Dictionary<string, string?> Environment() => new()
    {
        ["XDG_STATE_HOME"] = _home.FullName,
        ["HOME"] = _home.FullName,
        ["KUBECONFIG"] = null,
    };
}
