using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;

namespace DpuCluster.ApiServer.Discovery;

/// <summary>All that a server has in one document, as newer clients ask for it (<c>apidiscovery.k8s.io</c>).</summary>
internal static class AggregatedDiscovery
{
    /// <summary>
    /// <c>/api</c> or <c>/apis</c> for a client that accepts <c>application/json;g=apidiscovery.k8s.io;v=…;as=APIGroupDiscoveryList</c>.
    /// </summary>
    /// <param name="resources">Everything that is served.</param>
    /// <param name="core">Whether it is the core group (<c>/api</c>) or all others (<c>/apis</c>).</param>
    /// <param name="version"><c>v2</c> or <c>v2beta1</c>; the documents differ in nothing else.</param>
    public static JsonObject Document(IReadOnlyCollection<ResourceDefinition> resources, bool core, string version = "v2")
    {
        IEnumerable<(string Name, IReadOnlyList<string> Versions)> groups = core
            ? [("", DiscoveryDocuments.Versions(resources.Where(r => r.Group.Length == 0)))]
            : DiscoveryDocuments.GroupNames(resources);
        return new JsonObject
        {
            ["kind"] = "APIGroupDiscoveryList",
            ["apiVersion"] = $"apidiscovery.k8s.io/{version}",
            ["metadata"] = new JsonObject(),
            ["items"] = new JsonArray([.. groups.Select(g => (JsonNode)Group(resources, g.Name, g.Versions))]),
        };
    }

    private static JsonObject Group(IReadOnlyCollection<ResourceDefinition> resources, string group, IReadOnlyList<string> versions) => new()
    {
        ["metadata"] = group.Length == 0 ? [] : new JsonObject { ["name"] = group },
        ["versions"] = new JsonArray([.. versions.Select(v => (JsonNode)new JsonObject
        {
            ["version"] = v,
            ["resources"] = new JsonArray([.. resources.Where(r => r.Group == group && r.Version == v).Select(r => (JsonNode)Resource(r))]),
            ["freshness"] = "Current",
        })]),
    };

    private static JsonObject Resource(ResourceDefinition resource)
    {
        var entry = new JsonObject
        {
            ["resource"] = resource.Plural,
            ["responseKind"] = Kind(resource.Group, resource.Version, resource.Kind),
            ["scope"] = resource.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = resource.Singular,
            ["verbs"] = DiscoveryDocuments.Texts(resource.Verbs),
        };
        if (resource.ShortNames.Count > 0) entry["shortNames"] = DiscoveryDocuments.Texts(resource.ShortNames);
        if (resource.Categories.Count > 0) entry["categories"] = DiscoveryDocuments.Texts(resource.Categories);
        if (resource.Subresources.Count > 0) entry["subresources"] = new JsonArray([.. resource.Subresources.Select(s => (JsonNode)Subresource(resource, s))]);
        return entry;
    }

    private static JsonObject Subresource(ResourceDefinition resource, SubresourceDefinition subresource) => new()
    {
        ["subresource"] = subresource.Name,
        ["responseKind"] = Kind(subresource.Group ?? resource.Group, subresource.Version ?? resource.Version, subresource.Kind ?? resource.Kind),
        ["verbs"] = DiscoveryDocuments.Texts(subresource.Verbs),
    };

    private static JsonObject Kind(string group, string version, string kind) => new()
    {
        ["group"] = group,
        ["version"] = version,
        ["kind"] = kind,
    };
}
