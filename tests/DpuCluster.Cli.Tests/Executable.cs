using DpuCluster.Testing;

namespace DpuCluster.Cli.Tests;

/// <summary>The built program with a home of a test's own, under the name that it has or under another.</summary>
internal sealed class Executable : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("dpucluster-cli-");
    private readonly Dictionary<string, string?> _environment;

    public Executable() => _environment = new()
    {
        ["XDG_STATE_HOME"] = _home.FullName,
        ["HOME"] = _home.FullName,
        ["KUBECONFIG"] = null,
        ["DPUCLUSTER_LOG_LEVEL"] = null,
        ["DPUCLUSTER_DEBUG"] = null,
        // The program has been built for the runtime that runs the tests.
        ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")),
    };

    /// <summary>A file in a directory that goes with this object.</summary>
    public string File(string name) => Path.Combine(_home.FullName, name);

    /// <summary>A file with this content.</summary>
    public string File(string name, string content)
    {
        System.IO.File.WriteAllText(File(name), content);
        return File(name);
    }

    public Executable With(string variable, string? value)
    {
        _environment[variable] = value;
        return this;
    }

    /// <summary>Runs it to its end.</summary>
    public Task<ProcessResult> Run(params string[] arguments) => ProcessRunner.RunAsync(Program, arguments, environment: _environment);

    /// <summary>Runs it to its end, with something on its standard input.</summary>
    public Task<ProcessResult> RunWith(string input, params string[] arguments) => ProcessRunner.RunAsync(Program, arguments, input, _environment);

    /// <summary>Runs it to its end, started through a link of another name.</summary>
    public Task<ProcessResult> RunAs(string name, params string[] arguments)
    {
        System.IO.File.CreateSymbolicLink(File(name), Program);
        return ProcessRunner.RunAsync(File(name), arguments, environment: _environment);
    }

    /// <summary>Sets what the image sets, in a place with nowhere to write to.</summary>
    public Executable InImage() => With("DOTNET_EnableDiagnostics", "0").With("TMPDIR", "/proc").With("HOME", "/proc").With("XDG_STATE_HOME", null);

    /// <summary>Runs a file that was published to its end.</summary>
    public Task<ProcessResult> RunFile(string file, params string[] arguments) => ProcessRunner.RunAsync(file, arguments, environment: _environment);

    /// <summary>Starts a file that was published.</summary>
    public RunningProcess StartFile(string file, params string[] arguments) => new(file, arguments, _environment);

    /// <summary>Starts it to run until it is told to end.</summary>
    public RunningProcess Start(params string[] arguments) => new(Program, arguments, _environment);

    public void Dispose() => _home.Delete(recursive: true);

    private static string Program => Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "dpucluster.exe" : "dpucluster");
}
