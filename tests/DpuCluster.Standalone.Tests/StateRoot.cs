namespace DpuCluster.Standalone.Tests;

/// <summary>A directory of a test's own, in place of the user's.</summary>
internal sealed class StateRoot : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dpucluster-test-");

    public string Path => _directory.FullName;

    public string File(params string[] names) => System.IO.Path.Combine([Path, .. names]);

    public StandaloneOptions Options(string name = "default") => new() { Name = name, StateRoot = Path };

    public void Dispose() => _directory.Delete(recursive: true);
}
