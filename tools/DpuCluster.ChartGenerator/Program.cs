using DpuCluster.ChartGenerator;
using DpuCluster.CrdGenerator;

// Writes what is generated of deploy/helm and deploy/kustomize in the repository that the current directory is in.
var repository = Repository.Find(Environment.CurrentDirectory);
if (repository is null)
{
    await Console.Error.WriteLineAsync($"{Repository.Solution} is neither in the current directory nor above it: run this inside a clone");
    return 2;
}

// The chart first: the rest is made from it.
foreach (var generate in new Func<string, SortedDictionary<string, string>>[] { _ => ChartFiles.Generate(), KustomizeFiles.Generate })
{
    foreach (var (path, text) in generate(repository))
    {
        var file = Path.Combine(repository, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, text);
        Console.WriteLine(path);
    }
}

return 0;
