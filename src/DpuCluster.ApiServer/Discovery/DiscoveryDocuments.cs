using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;

namespace DpuCluster.ApiServer.Discovery;

/// <summary>What a server tells of the resources that it has, one document per path.</summary>
internal static class DiscoveryDocuments
{
    /// <summary><c>/api</c>.</summary>
    /// <param name="serverAddress">Host and port at which clients reach the server.</param>
    public static JsonObject ApiVersions(string serverAddress) => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = new JsonArray("v1"),
        ["serverAddressByClientCIDRs"] = new JsonArray(new JsonObject { ["clientCIDR"] = "0.0.0.0/0", ["serverAddress"] = serverAddress }),
    };

    /// <summary><c>/apis</c>.</summary>
    public static JsonObject Groups(IEnumerable<ResourceDefinition> resources) => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = new JsonArray([.. GroupNames(resources).Select(g => (JsonNode)Fill([], g.Name, g.Versions))]),
    };

    /// <summary><c>/apis/group</c>; null when there is no such group.</summary>
    public static JsonObject? Group(IEnumerable<ResourceDefinition> resources, string group)
    {
        var versions = Versions(resources.Where(r => r.Group == group));
        return group.Length == 0 || versions.Count == 0 ? null : Fill(new JsonObject { ["kind"] = "APIGroup", ["apiVersion"] = "v1" }, group, versions);
    }

    /// <summary><c>/api/v1</c> and <c>/apis/group/version</c>; null when there is no such version.</summary>
    public static JsonObject? Resources(IEnumerable<ResourceDefinition> resources, string group, string version)
    {
        var list = new JsonArray();
        foreach (var resource in resources.Where(r => r.Group == group && r.Version == version))
        {
            list.Add((JsonNode)Resource(resource));
            foreach (var subresource in resource.Subresources) list.Add((JsonNode)Subresource(resource, subresource));
        }

        if (list.Count == 0) return null;
        var document = new JsonObject { ["kind"] = "APIResourceList" };

        // The core group is older than the field, and still goes without.
        if (group.Length > 0) document["apiVersion"] = "v1";
        document["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}";
        document["resources"] = list;
        return document;
    }

    /// <summary>Groups but the core one, in order of first appearance, with their versions in order of preference.</summary>
    public static IEnumerable<(string Name, IReadOnlyList<string> Versions)> GroupNames(IEnumerable<ResourceDefinition> resources) =>
        resources.Where(r => r.Group.Length > 0).GroupBy(r => r.Group).Select(g => (g.Key, Versions(g)));

    /// <summary>Versions in order of preference.</summary>
    public static IReadOnlyList<string> Versions(IEnumerable<ResourceDefinition> resources) =>
        [.. resources.Select(r => r.Version).Distinct().Order(Comparer<string>.Create(KubeVersion.Compare))];

    private static JsonObject Fill(JsonObject document, string group, IReadOnlyList<string> versions)
    {
        document["name"] = group;
        document["versions"] = new JsonArray([.. versions.Select(v => (JsonNode)GroupVersion(group, v))]);
        document["preferredVersion"] = GroupVersion(group, versions[0]);
        return document;
    }

    private static JsonObject GroupVersion(string group, string version) => new()
    {
        ["groupVersion"] = $"{group}/{version}",
        ["version"] = version,
    };

    private static JsonObject Resource(ResourceDefinition resource)
    {
        var entry = new JsonObject
        {
            ["name"] = resource.Plural,
            ["singularName"] = resource.Singular,
            ["namespaced"] = resource.Namespaced,
            ["kind"] = resource.Kind,
            ["verbs"] = Texts(resource.Verbs),
        };
        if (resource.ShortNames.Count > 0) entry["shortNames"] = Texts(resource.ShortNames);
        if (resource.Categories.Count > 0) entry["categories"] = Texts(resource.Categories);
        if (resource.IsStored) entry["storageVersionHash"] = resource.StorageVersionHash;
        return entry;
    }

    private static JsonObject Subresource(ResourceDefinition resource, SubresourceDefinition subresource)
    {
        var entry = new JsonObject
        {
            ["name"] = $"{resource.Plural}/{subresource.Name}",
            ["singularName"] = "",
            ["namespaced"] = resource.Namespaced,
        };
        if (subresource.Group is not null) (entry["group"], entry["version"]) = (subresource.Group, subresource.Version);
        entry["kind"] = subresource.Kind ?? resource.Kind;
        entry["verbs"] = Texts(subresource.Verbs);
        return entry;
    }

    internal static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);
}
