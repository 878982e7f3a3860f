using DpuCluster.CrdGenerator;
using DpuCluster.RoleGenerator;

// Writes deploy/rbac of the repository that the current directory is in.
var repository = Repository.Find(Environment.CurrentDirectory);
if (repository is null)
{
    await Console.Error.WriteLineAsync($"{Repository.Solution} is neither in the current directory nor above it: run this inside a clone");
    return 2;
}

foreach (var (path, text) in RoleFiles.Generate())
{
    await File.WriteAllTextAsync(Path.Combine(repository, path), text);
    Console.WriteLine(path);
}

return 0;
