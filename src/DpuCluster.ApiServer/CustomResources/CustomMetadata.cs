using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog.Types;
using DpuCluster.ApiServer.Patches;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.CustomResources;

/// <summary>
/// The metadata of custom resources: no definition says what it is like, since all of them have the type that built-in kinds
/// have, <c>ObjectMeta</c>. A real server reads it into that type and writes it again (<c>GetObjectMeta</c>, <c>SetObjectMeta</c>).
/// </summary>
internal static class CustomMetadata
{
    private static TypeDefinition Type => field ??= TypeLibrary.Find("meta", "ObjectMeta");

    /// <summary>What makes the metadata unreadable, in the words of a Go program; null when it can be read.</summary>
    public static string? DecodingError(JsonObject obj) => obj["metadata"] switch
    {
        null => null,
        JsonObject metadata => DecodingErrors.First(metadata, Type),
        var other => $"json: cannot unmarshal {JsonText.GoKind(other)} into Go value of type {Type.GoName}",
    };

    /// <summary>Removes what is no metadata or has no value, in place.</summary>
    /// <returns>The paths of the fields that are not known, sorted.</returns>
    public static IReadOnlyList<string> Conform(JsonObject obj)
    {
        if (obj["metadata"] is not JsonObject metadata) return [];
        var unknown = SchemaPruner.Prune(ObjectMetaSchema.Metadata, metadata, isResourceRoot: false, "metadata");
        TypedForm.Normalize(metadata, Type);
        return unknown;
    }
}
