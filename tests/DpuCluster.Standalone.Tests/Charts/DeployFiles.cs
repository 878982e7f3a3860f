using System.Text.Json.Nodes;
using DpuCluster.ChartGenerator;
using DpuCluster.ChartGenerator.Templates;
using DpuCluster.Kubernetes.Serialization;
using Repository = DpuCluster.Testing.Servers.Repository;

namespace DpuCluster.Standalone.Tests.Charts;

/// <summary>What users install, as it lies in the repository.</summary>
internal static class DeployFiles
{
    /// <summary>Every option of the chart, each with a value that is not its own.</summary>
    public const string AllOptions = "all-options";

    public static string ChartDirectory => Path.Combine(Repository.Root(), ChartFiles.Folder);

    public static Chart Chart => Chart.Read(ChartDirectory);

    /// <summary>A file beside these tests.</summary>
    public static string Beside(string name) => Path.Combine(Repository.Root(), "tests", "DpuCluster.Standalone.Tests", "Charts", name);

    /// <summary>The values of a case: the chart's own, or those of a file.</summary>
    public static JsonObject Values(string name) =>
        name == AllOptions ? Yaml.ToJson(File.ReadAllText(Beside($"{AllOptions}.values.yaml")))!.AsObject() : [];

    /// <summary>Everything that a rendered chart consists of, as <c>helm template</c> prints it.</summary>
    public static string Print(SortedDictionary<string, string> rendered) => string.Concat(
        rendered.Select(file => $"---\n# Source: dpucluster/{file.Key}\n{file.Value.TrimStart('-', '\n')}"));

    /// <summary>The objects of manifests, in an order that does not depend on how they were printed.</summary>
    public static IReadOnlyList<string> Objects(string manifests) =>
    [
        .. Yaml.ToJsonDocuments(manifests).OfType<JsonObject>().Select(Sorted).Select(one => one!.ToJsonString()).Order(StringComparer.Ordinal),
    ];

    /// <summary>The one object of a kind.</summary>
    public static JsonObject Object(string manifests, string kind) =>
        Yaml.ToJsonDocuments(manifests).OfType<JsonObject>().Single(one => one["kind"]!.GetValue<string>() == kind);

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => KeyValuePair.Create(entry.Key, Sorted(entry.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
