using DpuCluster.Testing;

namespace DpuCluster.EndToEnd;

/// <summary>
/// The built executable, as a user starts it, with a state directory of the tests' own. <c>DPUCLUSTER_TEST_EXECUTABLE</c> names another one: what is
/// shipped is not what was built for the tests.
/// </summary>
internal sealed class Executable : IDisposable
{
    private const string Variable = "DPUCLUSTER_TEST_EXECUTABLE";

    private static readonly IReadOnlyList<string> Command = Find();

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("dpucluster-e2e-");

    /// <summary>A file in a directory that goes with this object.</summary>
    public string File(string name) => Path.Combine(_home.FullName, name);

    /// <summary>Starts the program to run until it is told to end.</summary>
    public RunningProcess Start(params string[] arguments) => new(Command[0], [.. Command.Skip(1), .. arguments], Environment());

    /// <summary>Runs the program to its end.</summary>
    public Task<ProcessResult> Run(params string[] arguments) =>
        ProcessRunner.RunAsync(Command[0], [.. Command.Skip(1), .. arguments], environment: Environment());

    /// <inheritdoc/>
    public void Dispose() => _home.Delete(recursive: true);

    private static IReadOnlyList<string> Find()
    {
        if (System.Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } named)
        {
            return [Dotnet, Path.Combine(AppContext.BaseDirectory, "dpucluster.dll")];
        }

        var file = Path.GetFullPath(named);
        return System.IO.File.Exists(file) ? [file] : throw new FileNotFoundException($"there is no {file}, which {Variable} names; publish the program, and name its file", file);
    }

    private static string Dotnet => System.Environment.ProcessPath is { } self && Path.GetFileNameWithoutExtension(self) == "dotnet" ? self : Tools.Require("dotnet");

    private Dictionary<string, string?> Environment() => new()
    {
        ["XDG_STATE_HOME"] = _home.FullName,
        ["HOME"] = _home.FullName,
        ["KUBECONFIG"] = null,
    };
}
