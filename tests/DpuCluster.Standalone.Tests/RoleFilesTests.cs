using DpuCluster.CrdGenerator;
using DpuCluster.RoleGenerator;

namespace DpuCluster.Standalone.Tests;

public sealed class RoleFilesTests
{
    [Fact]
    public void The_checked_in_roles_are_those_that_the_processes_declare()
    {
        var root = Repository.Find(AppContext.BaseDirectory) ?? throw new InvalidOperationException("not inside a clone");
        var checkedIn = Directory.GetFiles(Path.Combine(root, RoleFiles.Folder))
            .ToDictionary(path => Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/'), File.ReadAllText);

        foreach (var (path, text) in RoleFiles.Generate())
        {
            checkedIn.GetValueOrDefault(path).ShouldBe(text, $"{path} is stale: run `{RoleFiles.Command}` and commit what it writes");
            checkedIn.Remove(path);
        }

        checkedIn.Keys.ShouldBeEmpty("no process declares these");
    }
}
