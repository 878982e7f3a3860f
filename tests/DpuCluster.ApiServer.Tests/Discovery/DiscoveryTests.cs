using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Catalog.Kinds;
using DpuCluster.ApiServer.Discovery;
using DpuCluster.ApiServer.Tests.Catalog;

namespace DpuCluster.ApiServer.Tests.Discovery;

public sealed class DiscoveryTests
{
    private static readonly ResourceDefinition Widget = new()
    {
        Group = "conformance.example.com",
        Version = "v1",
        Kind = "Widget",
        Plural = "widgets",
        Namespaced = true,
        ShortNames = ["wd"],
        Categories = ["all"],
        Verbs = ResourceDefinition.CustomResourceVerbs,
        Subresources = [SubresourceDefinition.Status, SubresourceDefinition.AutoscalingScale],
    };

    private readonly List<ResourceDefinition> _resources = [.. ResourceCatalog.Create(ServiceAllocator.CreateDefault()), Widget];

    [Fact]
    public void Resource_list_names_resources_and_subresources() =>
        Requests.ShouldBeJson(DiscoveryDocuments.Resources(_resources, "conformance.example.com", "v1"), """
            {"kind":"APIResourceList","apiVersion":"v1","groupVersion":"conformance.example.com/v1","resources":[
             {"name":"widgets","singularName":"widget","namespaced":true,"kind":"Widget","verbs":["delete","deletecollection","get","list","patch","create","update","watch"],
              "shortNames":["wd"],"categories":["all"],"storageVersionHash":"ymGBWOX53mo="},
             {"name":"widgets/status","singularName":"","namespaced":true,"kind":"Widget","verbs":["get","patch","update"]},
             {"name":"widgets/scale","singularName":"","namespaced":true,"group":"autoscaling","version":"v1","kind":"Scale","verbs":["get","patch","update"]}]}
            """);

    [Fact]
    public void Group_names_its_versions() =>
        Requests.ShouldBeJson(DiscoveryDocuments.Group(_resources, "conformance.example.com"), """
            {"kind":"APIGroup","apiVersion":"v1","name":"conformance.example.com","versions":[{"groupVersion":"conformance.example.com/v1","version":"v1"}],
             "preferredVersion":{"groupVersion":"conformance.example.com/v1","version":"v1"}}
            """);

    [Fact]
    public void Preferred_version_is_the_most_stable_and_newest()
    {
        string[] versions = ["v1beta1", "v1alpha2", "v2", "foo", "v10", "v1", "v1beta2", "bar"];
        DiscoveryDocuments.Versions(versions.Select(v => Widget with { Version = v })).ShouldBe(["v10", "v2", "v1", "v1beta2", "v1beta1", "v1alpha2", "bar", "foo"]);
    }

    [Fact]
    public void What_is_not_there_has_no_document()
    {
        DiscoveryDocuments.Group(_resources, "none").ShouldBeNull();
        DiscoveryDocuments.Resources(_resources, "apps", "v2").ShouldBeNull();
    }

    [Fact]
    public void Core_group_has_its_resources_in_order()
    {
        var list = DiscoveryDocuments.Resources(_resources, "", "v1")!;
        list.ContainsKey("apiVersion").ShouldBeFalse();
        list["resources"]!.AsArray().Select(r => r!["name"]!.GetValue<string>()).Where(n => !n.Contains('/', StringComparison.Ordinal)).ShouldBe(
            ["configmaps", "endpoints", "events", "namespaces", "nodes", "pods", "secrets", "serviceaccounts", "services"]);
    }

    [Fact]
    public void Aggregated_document_has_all_groups_but_the_core()
    {
        var document = AggregatedDiscovery.Document(_resources, core: false);
        document["apiVersion"]!.GetValue<string>().ShouldBe("apidiscovery.k8s.io/v2");
        var groups = document["items"]!.AsArray().Select(i => i!["metadata"]!["name"]!.GetValue<string>()).ToList();
        groups.ShouldContain("apps");
        groups.ShouldBe(DiscoveryDocuments.Groups(_resources)["groups"]!.AsArray().Select(g => g!["name"]!.GetValue<string>()));
        Requests.ShouldBeJson(document["items"]![groups.IndexOf("conformance.example.com")], """
            {"metadata":{"name":"conformance.example.com"},"versions":[{"version":"v1","freshness":"Current","resources":[
              {"resource":"widgets","responseKind":{"group":"conformance.example.com","version":"v1","kind":"Widget"},"scope":"Namespaced","singularResource":"widget",
               "verbs":["delete","deletecollection","get","list","patch","create","update","watch"],"shortNames":["wd"],"categories":["all"],"subresources":[
                {"subresource":"status","responseKind":{"group":"conformance.example.com","version":"v1","kind":"Widget"},"verbs":["get","patch","update"]},
                {"subresource":"scale","responseKind":{"group":"autoscaling","version":"v1","kind":"Scale"},"verbs":["get","patch","update"]}]}]}]}
            """);
        AggregatedDiscovery.Document(_resources, core: true)["items"]!.AsArray().ShouldHaveSingleItem()!["versions"]![0]!["version"]!.GetValue<string>().ShouldBe("v1");
    }

    [Fact]
    public void Events_of_both_groups_are_stored_as_one()
    {
        var hashes = _resources.Where(r => r.Kind == "Event").Select(r => r.StorageVersionHash).ToList();
        hashes.Count.ShouldBe(2);
        hashes[0].ShouldBe(hashes[1]);
        _resources.Where(r => r.Kind == "Event").Select(r => r.StorageKey).Distinct().ShouldHaveSingleItem();
        JsonNode.DeepEquals(DiscoveryDocuments.ApiVersions("h:1")["versions"], new JsonArray("v1")).ShouldBeTrue();
    }
}
