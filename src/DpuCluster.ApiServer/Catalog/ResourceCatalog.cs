using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog.Kinds;

namespace DpuCluster.ApiServer.Catalog;

/// <summary>The kinds that every server has, in the order in which discovery names them.</summary>
internal static class ResourceCatalog
{
    /// <param name="services">Where services get their addresses and node ports from.</param>
    /// <param name="crdValidator">What is asked of CRDs; null for nothing.</param>
    public static IReadOnlyList<ResourceDefinition> Create(IServiceAllocator services, CrdValidator? crdValidator = null) =>
    [
        .. CoreKinds.All(services),
        .. GroupKinds.All(crdValidator),
    ];

    internal static SelectableField Field(string path)
    {
        var names = path.Split('.');
        return new SelectableField(path, obj => Printed(obj.At(names)));
    }

    private static string Printed(JsonNode? value) => value.AsText() ?? value?.ToJsonString() ?? "";
}
