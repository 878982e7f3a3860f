using DpuCluster.CrdGenerator;

// Writes deploy/crds and deploy/standalone/crds of the repository that the current directory is in.
var repository = Repository.Find(Environment.CurrentDirectory);
if (repository is null)
{
    await Console.Error.WriteLineAsync($"{Repository.Solution} is neither in the current directory nor above it: run this inside a clone");
    return 2;
}

var files = CrdFiles.Generate();
foreach (var crds in Repository.CrdFolders)
{
    var folder = Directory.CreateDirectory(Path.Combine(repository, crds)).FullName;
    foreach (var stale in Directory.EnumerateFiles(folder, "*.yaml").Where(path => !files.ContainsKey($"{crds}/{Path.GetFileName(path)}")))
    {
        File.Delete(stale);
    }
}

foreach (var (path, text) in files)
{
    await File.WriteAllTextAsync(Path.Combine(repository, path), text);
    Console.WriteLine(path);
}

return 0;
