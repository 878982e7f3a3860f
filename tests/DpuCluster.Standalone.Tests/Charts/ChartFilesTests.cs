using DpuCluster.ChartGenerator;
using DpuCluster.Kubernetes.Serialization;
using Repository = DpuCluster.Testing.Servers.Repository;

namespace DpuCluster.Standalone.Tests.Charts;

/// <summary>What is generated of the chart and of the kustomize bases is what would be generated now.</summary>
public sealed class ChartFilesTests
{
    [Fact]
    public void The_checked_in_files_are_those_that_are_generated()
    {
        var root = Repository.Root();
        var checkedIn = new[] { $"{ChartFiles.Folder}/crds", KustomizeFiles.Folder }
            .SelectMany(folder => Directory.GetFiles(Path.Combine(root, folder), "*", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/'))
            .ToHashSet();

        foreach (var (path, text) in ChartFiles.Generate().Concat(KustomizeFiles.Generate(root)))
        {
            var file = Path.Combine(root, path);
            (File.Exists(file) ? File.ReadAllText(file) : null).ShouldBe(text, $"{path} is stale: run `{ChartFiles.Command}` and commit what it writes");
            checkedIn.Remove(path);
        }

        checkedIn.ShouldBeEmpty("nothing generates these");
    }

    [Fact]
    public void The_chart_installs_the_very_roles_that_are_in_deploy()
    {
        var deployed = Yaml.ToJsonDocuments(File.ReadAllText(Path.Combine(Repository.Root(), "deploy", "rbac", "operator.yaml")));
        var rendered = Yaml.ToJsonDocuments(DeployFiles.Chart.Render([])["templates/rbac.yaml"]);
        foreach (var one in rendered)
        {
            one!["metadata"]!.AsObject().Remove("labels").ShouldBeTrue();
        }

        rendered.Select(one => one!.ToJsonString()).ShouldBe(deployed.Select(one => one!.ToJsonString()));
    }
}
