using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DpuCluster.ChartGenerator.Templates;
using DpuCluster.Testing;

namespace DpuCluster.Standalone.Tests.Charts;

/// <summary>The chart, rendered with its own values and with every option set.</summary>
public sealed class ChartTests
{
    /// <summary>Set to 1, it writes the golden files anew.</summary>
    private const string WriteVariable = "DPUCLUSTER_WRITE_GOLDEN_FILES";

    [Theory]
    [InlineData("default")]
    [InlineData(DeployFiles.AllOptions)]
    public void Chart_renders_to_its_golden_file(string values)
    {
        var golden = DeployFiles.Beside($"{values}.golden.yaml");
        var rendered = DeployFiles.Print(DeployFiles.Chart.Render(DeployFiles.Values(values)));
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
        {
            File.WriteAllText(golden, rendered);
        }

        rendered.ShouldBe(File.ReadAllText(golden), $"with {WriteVariable}=1 the test writes the file anew; look at the difference");
    }

    [HelmTheory]
    [InlineData("default")]
    [InlineData(DeployFiles.AllOptions)]
    public async Task Helm_renders_the_same(string values)
    {
        string[] set = values == DeployFiles.AllOptions ? ["--values", DeployFiles.Beside($"{values}.values.yaml")] : [];
        var helm = await ProcessRunner.RunAsync(Tools.Require("helm"), ["template", "dpucluster", DeployFiles.ChartDirectory, .. set]);

        DeployFiles.Objects(helm.ShouldSucceed().Output).ShouldBe(DeployFiles.Objects(File.ReadAllText(DeployFiles.Beside($"{values}.golden.yaml"))));
    }

    [Fact]
    public void All_options_set_every_value_that_the_chart_has()
    {
        Leaves("", DeployFiles.Chart.Values).Except(Leaves("", DeployFiles.Values(DeployFiles.AllOptions)).Select(Section)).ShouldBeEmpty();

        // Of a map that users fill, each fills in something else.
        static string Section(string path) => Regex.Replace(path, @"^(resources|grafanaDashboard\.labels|config\.spec|nodeSelector|affinity|podAnnotations|serviceMonitor\.labels)\..*", "$1");

        static IEnumerable<string> Leaves(string path, JsonNode? value) => value is JsonObject { Count: > 0 } map
            ? map.SelectMany(entry => Leaves($"{path}.{entry.Key}".TrimStart('.'), entry.Value)).Select(Section).Distinct()
            : [path];
    }

    [Fact]
    public void Every_value_is_in_the_schema_and_is_explained_in_both()
    {
        var text = File.ReadAllText(Path.Combine(DeployFiles.ChartDirectory, "values.yaml"));
        var schema = JsonNode.Parse(File.ReadAllText(Path.Combine(DeployFiles.ChartDirectory, "values.schema.json")))!.AsObject();

        Check("", DeployFiles.Chart.Values, schema);
        Check("", DeployFiles.Values(DeployFiles.AllOptions), schema);
        schema["properties"]!.AsObject().Select(one => one.Key).Except(["global"]).ShouldBe(DeployFiles.Chart.Values.Select(one => one.Key));

        // A comment stands before each section, or before what is in it.
        foreach (var section in DeployFiles.Chart.Values.Select(one => one.Key))
        {
            Regex.IsMatch(text, $@"(^|\n)(#[^\n]*\n{section}:|{section}:( \S+)*\n(  [^\n]*\n)*?  #|(nodeSelector|tolerations|affinity|priorityClassName|podAnnotations|resources):)").ShouldBeTrue(section);
        }
    }

    [Fact]
    public void Several_replicas_without_leader_election_are_refused() =>
        Should.Throw<TemplateException>(() => DeployFiles.Chart.Render(new() { ["leaderElection"] = false })).Message.ShouldContain("set leaderElection to true, or replicas to 1");

    [Fact]
    public void Value_that_the_chart_does_not_have_is_refused() =>
        Should.Throw<TemplateException>(() => DeployFiles.Chart.Render(new() { ["replica"] = 1 })).Message.ShouldContain("replica");

    [Fact]
    public void Namespace_is_left_out_of_a_release_that_is_in_it()
    {
        DeployFiles.Chart.Render([]).ShouldContainKey("templates/namespace.yaml");
        DeployFiles.Chart.Render([], "dpf-operator-system").ShouldNotContainKey("templates/namespace.yaml");
    }

    private static void Check(string path, JsonNode? value, JsonObject schema)
    {
        var kind = value switch
        {
            JsonObject => "object",
            JsonArray => "array",
            _ => value!.GetValueKind() switch
            {
                System.Text.Json.JsonValueKind.String => "string",
                System.Text.Json.JsonValueKind.Number => "integer",
                _ => "boolean",
            },
        };
        schema["type"]!.GetValue<string>().ShouldBe(kind, path);
        (path.Length == 0 ? schema["title"] : schema["description"] ?? schema["type"]).ShouldNotBeNull(path);
        if (value is not JsonObject map || schema["properties"] is not JsonObject properties)
        {
            return;
        }

        schema["additionalProperties"]!.GetValue<bool>().ShouldBeFalse(path);
        foreach (var (key, inner) in map)
        {
            properties[key].ShouldNotBeNull($"{path}.{key}");
            properties[key]!["description"].ShouldNotBeNull($"{path}.{key}");
            Check($"{path}.{key}", inner, properties[key]!.AsObject());
        }
    }
}
