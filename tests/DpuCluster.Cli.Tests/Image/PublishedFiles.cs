namespace DpuCluster.Cli.Tests.Image;

/// <summary>The files that the image has, published from what the tests were built with.</summary>
public sealed class PublishedFiles : IAsyncLifetime
{
    /// <summary>Of the tests that publish the program: one after the other, as the SDK keeps files of its own beside it.</summary>
    public const string Collection = "published program";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dpucluster-published-");

    /// <summary>Names of all files.</summary>
    public IReadOnlyList<string> Names => [.. _directory.EnumerateFiles().Select(file => file.Name).Order(StringComparer.Ordinal)];

    /// <summary>Path of a file.</summary>
    public string Path(string name) => System.IO.Path.Combine(_directory.FullName, name);

    public async Task InitializeAsync()
    {
        if (!OperatingSystem.IsWindows())
        {
            await DotnetTool.RunAsync("publish", DotnetTool.Project, "-c", DotnetTool.Configuration, "--no-build", "-o", _directory.FullName, "-v", "quiet");
        }
    }

    public Task DisposeAsync()
    {
        _directory.Delete(recursive: true);
        return Task.CompletedTask;
    }
}

[CollectionDefinition(PublishedFiles.Collection)]
public sealed class PublishedFilesCollection : ICollectionFixture<PublishedFiles>;
