using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Tests.Conformance;

/// <summary>The recorded scenarios that lie beside the tests.</summary>
internal static class Recordings
{
    /// <summary>The scenario that makes the custom resource which others use.</summary>
    public const string First = "crd-lifecycle";

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Conformance");

    public static IEnumerable<string> Names() =>
        Directory.EnumerateFiles(Folder, "*.json").Order(StringComparer.Ordinal).Select(file => Path.GetFileNameWithoutExtension(file));

    public static JsonObject Read(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, $"{name}.json")))!.AsObject();

    /// <summary>The definition of that custom resource, <c>widgets.conformance.example.com</c>.</summary>
    public static JsonObject Definition() => Read(First)["steps"]![0]!["body"]!.DeepClone().AsObject();
}
