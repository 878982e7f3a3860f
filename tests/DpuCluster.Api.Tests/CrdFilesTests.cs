using DpuCluster.CrdGenerator;

namespace DpuCluster.Api.Tests;

public sealed class CrdFilesTests
{
    private static readonly string Root = Repository.Find(AppContext.BaseDirectory) ?? throw new InvalidOperationException("not inside a clone");

    [Fact]
    public void The_checked_in_definitions_are_those_that_the_types_generate()
    {
        var checkedIn = Repository.CrdFolders.SelectMany(Files)
            .ToDictionary(path => Path.GetRelativePath(Root, path).Replace(Path.DirectorySeparatorChar, '/'), File.ReadAllText);

        foreach (var (path, text) in CrdFiles.Generate())
        {
            checkedIn.GetValueOrDefault(path).ShouldBe(text, $"{path} is stale: run `{CrdFiles.Command}` and commit what it writes");
            checkedIn.Remove(path);
        }

        checkedIn.Keys.ShouldBeEmpty($"no type generates these files: run `{CrdFiles.Command}`");
    }

    [Fact]
    public void The_definitions_in_the_assembly_are_those_of_the_folder()
    {
        ApiCrds.All.Keys.ShouldBe(
            ["dpfoperatorconfigs.operator.dpu.nvidia.com", "dpuclusters.provisioning.dpu.nvidia.com", "olderdpuclusters.provisioning.dpf.nvidia.com"], ignoreOrder: true);
        ApiCrds.All.Values.ShouldBe(Files(Repository.CrdFolder).Select(File.ReadAllText), ignoreOrder: true);
    }

    [Fact]
    public void Definitions_of_other_projects_are_kept_apart_from_those_that_users_install()
    {
        ApiCrds.StandIns.Keys.ShouldBe(["tenantcontrolplanes.kamaji.clastix.io"]);
        ApiCrds.StandIns.Values.ShouldBe(Files(Repository.StandaloneCrdFolder).Select(File.ReadAllText));
    }

    [Theory]
    [InlineData(typeof(DPUCluster), "dpuclusters.provisioning.dpu.nvidia.com")]
    [InlineData(typeof(OlderDPUCluster), "olderdpuclusters.provisioning.dpf.nvidia.com")]
    [InlineData(typeof(DPFOperatorConfig), "dpfoperatorconfigs.operator.dpu.nvidia.com")]
    public void What_is_written_reads_back_as_what_was_meant(Type type, string name)
    {
        // Folding and quoting are the writer's freedom; the meaning is not.
        var written = CrdFacts.Load(ApiCrds.All[name]);
        var meant = new CrdBuilder(new DocComments()).Build(type);

        written.ToJsonString().ShouldBe(meant.ToJsonString());
    }

    [Fact]
    public void Every_field_has_a_description()
    {
        foreach (var definition in ApiCrds.All.Values.Select(CrdFacts.Load))
        {
            CrdFacts.FieldsWithoutDescription(definition).ShouldBe(["metadata"]);
        }
    }

    private static IEnumerable<string> Files(string folder) => Directory.GetFiles(Path.Combine(Root, folder), "*.yaml").Order(StringComparer.Ordinal);
}
