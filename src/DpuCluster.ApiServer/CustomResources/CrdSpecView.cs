using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.CustomResources;

/// <summary>
/// The spec of a CustomResourceDefinition the way kube-apiserver looks at it when it validates: what all versions have
/// alike (which with one version is everything) stands once, beside the versions, and errors name it there.
/// </summary>
internal sealed class CrdSpecView
{
    public CrdSpecView(JsonObject spec)
    {
        Spec = spec;
        var versions = spec.Maps("versions");
        Validation = Alike(versions, "schema") as JsonObject;
        Subresources = Alike(versions, "subresources") as JsonObject;
        var columns = Alike(versions, "additionalPrinterColumns");
        var selectable = Alike(versions, "selectableFields");
        Columns = Objects(columns);
        SelectableFields = Objects(selectable);
        Versions = [.. versions.Select(version => new CrdVersionView(
            version,
            Validation is null ? version.Map("schema") : null,
            Subresources is null ? version.Map("subresources") : null,
            columns is null ? version.Maps("additionalPrinterColumns") : [],
            selectable is null ? version.Maps("selectableFields") : []))];
    }

    public JsonObject Spec { get; }

    public JsonObject Names => Spec.Map("names") ?? [];

    public JsonObject? Validation { get; }

    public JsonObject? Subresources { get; }

    public IReadOnlyList<JsonObject> Columns { get; }

    public IReadOnlyList<JsonObject> SelectableFields { get; }

    public IReadOnlyList<CrdVersionView> Versions { get; }

    public bool HasAnyStatus => IsStatusOn(Subresources) || Versions.Any(version => IsStatusOn(version.Subresources));

    public static bool IsStatusOn(JsonObject? subresources) => subresources?.Has("status") == true;

    private static IReadOnlyList<JsonObject> Objects(JsonNode? list) => list is JsonArray array ? [.. array.OfType<JsonObject>()] : [];

    /// <summary>What all versions have alike at the key; null where they differ or have nothing.</summary>
    private static JsonNode? Alike(IReadOnlyList<JsonObject> versions, string key) =>
        versions.Count > 0 && versions.All(version => JsonValues.AreEqual(version[key], versions[0][key])) ? versions[0][key] : null;
}

/// <summary>One version, with what it does not share with all others.</summary>
internal sealed record CrdVersionView(
    JsonObject Version,
    JsonObject? Schema,
    JsonObject? Subresources,
    IReadOnlyList<JsonObject> Columns,
    IReadOnlyList<JsonObject> SelectableFields)
{
    public string Name => Version.Text("name");

    public bool IsStorage => Version.Flag("storage");
}
