using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DpuCluster.Testing.Servers;

namespace DpuCluster.Cli.Tests.Image;

/// <summary>Both ways to the image, the SDK's and the Dockerfile's, lead to the same one.</summary>
[Collection(PublishedFiles.Collection)]
public sealed partial class ImageTests
{
    private static readonly Lazy<string> Dockerfile = new(() => File.ReadAllText(Path.Combine(Repository.Root(), "deploy", "image", "Dockerfile")));

    [Fact]
    public void The_Dockerfile_compiles_ahead_of_time_unless_it_is_told_otherwise()
    {
        Said("ARG AOT=(.*)").ShouldBe("true");
        Said("FROM sdk-(.*) AS build").ShouldBe("${AOT}");
        Said("FROM runtime-(.*) AS controllers").ShouldBe("${AOT}");
        Said("RUN dotnet publish .*-p:PublishAot=(\\S+)").ShouldBe("\"$AOT\"");
    }

    [Fact]
    public void The_Dockerfile_leaves_the_architecture_to_the_builder_and_the_framework_to_the_project()
    {
        Said("ARG TARGETARCH(.*)").ShouldBeEmpty();
        Said("ARG TARGET_FRAMEWORK=(.*)").ShouldBeEmpty();
    }

    [Fact]
    public void The_Dockerfile_builds_with_all_the_settings_that_the_project_is_built_with()
    {
        var files = Directory.EnumerateFiles(Repository.Root()).Select(path => Path.GetFileName(path)!).Where(IsReadByBuilds).ToArray();
        files.ShouldContain(".editorconfig");
        files.ShouldContain("Directory.Build.props");

        Said(@"COPY (.*) \./$").Split(' ').ShouldBe(files, ignoreOrder: true);
        var context = File.ReadAllLines(Path.Combine(Repository.Root(), "deploy", "image", "Dockerfile.dockerignore"));
        files.Select(name => $"!{name}").ShouldBeSubsetOf(context);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task The_SDK_makes_an_image_without_a_shell_that_runs_as_a_number(string aheadOfTime)
    {
        var image = JsonNode.Parse(await DotnetTool.RunAsync(
            "msbuild", DotnetTool.Project, "-t:ComputeContainerConfig", "-p:Configuration=Release", "-p:RuntimeIdentifier=linux-x64", $"-p:PublishAot={aheadOfTime}",
            "-p:ContainerRegistry=registry.example", "-getProperty:ContainerBaseImage", "-getProperty:ContainerUser", "-getProperty:ContainerWorkingDirectory",
            "-getProperty:ContainerRepository", "-getProperty:ContainerImageTag", "-getProperty:ContainerAppCommandInstruction", "-getItem:ContainerEntrypoint", "-getItem:ContainerAppCommand",
            "-getItem:ContainerEnvironmentVariable", "-getItem:ContainerPort"))!;
        var (properties, items) = (image["Properties"]!, image["Items"]!);

        // What the Dockerfile says.
        Property("ContainerBaseImage").ShouldBe(Said($"FROM (\\S+) AS runtime-{aheadOfTime}"));
        Property("ContainerUser").ShouldBe(Said("USER (.*)"));
        Path.GetFullPath(Property("ContainerWorkingDirectory")).TrimEnd('.').ShouldBe(Said("WORKDIR (/)$"));
        Property("ContainerAppCommandInstruction").ShouldBe("Entrypoint");
        Items("ContainerEntrypoint").ShouldBeEmpty();
        $"[\"{string.Join("\", \"", Items("ContainerAppCommand"))}\"]".ShouldBe(Said("ENTRYPOINT (.*)"));
        string.Join(' ', Items("ContainerPort")).ShouldBe(Said("EXPOSE (.*)"));
        $"{Property("ContainerRepository")}:{Property("ContainerImageTag")}".ShouldBe(Said("ARG IMAGE=(.*)"));

        var variables = items["ContainerEnvironmentVariable"]!.AsArray().ToDictionary(one => one!["Identity"]!.GetValue<string>(), one => one!["Value"]!.GetValue<string>());
        variables["DPUCLUSTER_IMAGE"].ShouldBe($"registry.example/{Property("ContainerRepository")}:{Property("ContainerImageTag")}");
        variables["DPUCLUSTER_IMAGE"] = "${IMAGE}";
        variables.Select(one => $"{one.Key}={one.Value}").ShouldBe(
            Variables().Matches(Dockerfile.Value[Dockerfile.Value.IndexOf("ENV ", StringComparison.Ordinal)..]).Select(match => match.Groups[1].Value), ignoreOrder: true);

        string Property(string name) => properties[name]!.GetValue<string>();

        IReadOnlyList<string> Items(string name) => [.. items[name]!.AsArray().Select(item => item!["Identity"]!.GetValue<string>())];
    }

    [Fact]
    public async Task The_SDK_puts_every_part_into_the_root_of_the_image_where_it_starts()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using var registry = await BaseImageRegistry.StartAsync();
        using var executable = new Executable();
        var archive = executable.File("image.tar");
        await DotnetTool.RunAsync(
            "publish", DotnetTool.Project, "-c", DotnetTool.Configuration, "--no-build", "-t:PublishContainer", $"-p:PublishDir={executable.File("publish")}/",
            $"-p:ContainerBaseImage={registry.Image}", $"-p:ContainerArchiveOutputPath={archive}");

        var image = OciArchive.Read(archive, executable.File("image"));

        image.Config["User"]!.GetValue<string>().ShouldBe("65532:65532");
        image.Config["Entrypoint"]!.AsArray().Select(word => word!.GetValue<string>()).ShouldBe(["/dpucluster"]);
        image.Config["Env"]!.AsArray().Select(one => one!.GetValue<string>()).ShouldContain("DOTNET_EnableDiagnostics=0");
        foreach (var name in new[] { "dpucluster", "kamaji-cluster-manager", "operator", "provisioning", "static-cluster-manager" })
        {
            // Nobody but root can change what runs.
            var entry = image.Entries[$"./{name}"];
            (entry.Uid, entry.Mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)).ShouldBe((0, default), name);
            (await executable.RunFile(Path.Combine(image.Root, name), "--help")).ShouldSucceed().Output.ShouldContain("Usage:");
        }
    }

    // What the SDK, MSBuild, NuGet and the compiler look for in the directories above a project.
    private static bool IsReadByBuilds(string name) => name is ".editorconfig" or ".globalconfig" or "global.json"
        || Path.GetExtension(name).ToUpperInvariant() is ".PROPS" or ".TARGETS" or ".RSP" or ".CONFIG";

    private static string Said(string pattern) => Regex.Match(Dockerfile.Value, $"^{pattern}", RegexOptions.Multiline) is { Success: true } match
        ? match.Groups[1].Value
        : throw new InvalidOperationException($"the Dockerfile has no line {pattern}");

    [GeneratedRegex(@"(?:^ENV| {4}) ?([A-Za-z_]+=[^ \\]+)(?: \\)?$", RegexOptions.Multiline)]
    private static partial Regex Variables();
}
