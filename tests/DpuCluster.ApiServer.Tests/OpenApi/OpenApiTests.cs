using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Catalog.Kinds;
using DpuCluster.ApiServer.OpenApi;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.ApiServer.Tests.Catalog;

namespace DpuCluster.ApiServer.Tests.OpenApi;

public sealed class OpenApiTests
{
    private const string GroupVersionKind = "x-kubernetes-group-version-kind";

    private static readonly ResourceDefinition Widget = new()
    {
        Group = "conformance.example.com",
        Version = "v1",
        Kind = "Widget",
        Plural = "widgets",
        Namespaced = true,
        Subresources = [SubresourceDefinition.Status, SubresourceDefinition.AutoscalingScale],
        LazySchema = new Lazy<Schema>(() => new Schema
        {
            Type = "object",
            Description = "Something small.",
            Required = ["spec"],
            Properties = new Dictionary<string, Schema>
            {
                ["spec"] = new()
                {
                    Type = "object",
                    Properties = new Dictionary<string, Schema>
                    {
                        ["size"] = new() { Type = "integer", Minimum = 1, Default = 5, Description = "How large." },
                        ["port"] = new() { IntOrString = true },
                        ["note"] = new() { Type = "string", Nullable = true },
                    },
                },
            },
        }),
    };

    private readonly List<ResourceDefinition> _resources = [.. ResourceCatalog.Create(ServiceAllocator.CreateDefault()), Widget];

    [Fact]
    public void Every_reference_leads_somewhere()
    {
        foreach (var (path, group, version) in OpenApiDocuments.Parts(_resources))
        {
            var document = OpenApiDocuments.V3(_resources, group, version, "v1")!;
            CheckReferences(document, document["components"]!["schemas"]!.AsObject(), "#/components/schemas/", path);
        }

        var old = OpenApiDocuments.V2(_resources, "v1");
        CheckReferences(old, old["definitions"]!.AsObject(), "#/definitions/", "v2");
    }

    [Fact]
    public void Kinds_can_be_found_from_their_paths()
    {
        // What kubectl explain does: from the path to the kind, from the kind to the schema.
        foreach (var resource in _resources)
        {
            var document = OpenApiDocuments.V3(_resources, resource.Group, resource.Version, "v1")!;
            var root = resource.Group.Length == 0 ? "/api/v1/" : $"/apis/{resource.Group}/{resource.Version}/";
            var path = document["paths"]![root + (resource.Namespaced ? "namespaces/{namespace}/" : "") + resource.Plural];
            path.ShouldNotBeNull(resource.Plural);
            var kind = (path["get"] ?? path["post"])![GroupVersionKind];
            document["components"]!["schemas"]!.AsObject()
                .Count(s => s.Value![GroupVersionKind] is JsonArray kinds && kinds.Any(k => JsonNode.DeepEquals(k, kind))).ShouldBe(1, resource.Plural);
        }
    }

    [Fact]
    public void Patch_says_that_fields_can_be_validated()
    {
        // What kubectl apply looks for before it leaves validation to the server.
        var patch = OpenApiDocuments.V3(_resources, "conformance.example.com", "v1", "v1")!["paths"]!["/apis/conformance.example.com/v1/namespaces/{namespace}/widgets/{name}"]!["patch"]!;
        patch["parameters"]!.AsArray().Select(p => p!["name"]!.GetValue<string>()).ShouldContain("fieldValidation");
        Requests.ShouldBeJson(patch[GroupVersionKind], """{"group":"conformance.example.com","kind":"Widget","version":"v1"}""");
    }

    [Fact]
    public void Custom_resource_stands_as_its_CRD_says()
    {
        var widget = OpenApiDocuments.V3(_resources, "conformance.example.com", "v1", "v1")!["components"]!["schemas"]!["com.example.conformance.v1.Widget"]!;
        widget["description"]!.GetValue<string>().ShouldBe("Something small.");
        Requests.ShouldBeJson(widget["properties"]!["spec"], """
            {"type":"object","properties":{"size":{"type":"integer","description":"How large.","default":5,"minimum":1},
              "port":{"x-kubernetes-int-or-string":true,"format":"int-or-string","oneOf":[{"type":"integer"},{"type":"string"}]},
              "note":{"type":"string","nullable":true}}}
            """);
        Requests.ShouldBeJson(widget["properties"]!["metadata"], """{"$ref":"#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}""");
        Requests.ShouldBeJson(widget[GroupVersionKind], """[{"group":"conformance.example.com","kind":"Widget","version":"v1"}]""");
    }

    [Fact]
    public void Version_2_has_nothing_that_it_does_not_know()
    {
        var document = OpenApiDocuments.V2(_resources, "v1");
        var text = document.ToJsonString();
        text.ShouldNotContain("\"oneOf\":[");
        text.ShouldNotContain("\"nullable\":true");
        document["definitions"]!["io.k8s.apimachinery.pkg.api.resource.Quantity"]!["type"]!.GetValue<string>().ShouldBe("string");
        document["definitions"]!["com.example.conformance.v1.WidgetList"]![GroupVersionKind].ShouldNotBeNull();
    }

    [Fact]
    public void Lists_say_how_they_are_merged()
    {
        var spec = OpenApiDocuments.V3(_resources, "", "v1", "v1")!["components"]!["schemas"]!["io.k8s.api.core.v1.ServiceSpec"]!;
        var ports = spec["properties"]!["ports"]!;
        ports["x-kubernetes-patch-merge-key"]!.GetValue<string>().ShouldBe("port");
        ports["x-kubernetes-patch-strategy"]!.GetValue<string>().ShouldBe("merge");
        ports["x-kubernetes-list-map-keys"]!.AsArray().Count.ShouldBe(2);
        ports["description"]!.GetValue<string>().ShouldNotBeEmpty();
    }

    [Fact]
    public void Field_and_structure_have_descriptions_of_their_own()
    {
        var schemas = OpenApiDocuments.V3(_resources, "apps", "v1", "v1")!["components"]!["schemas"]!;
        schemas["io.k8s.api.apps.v1.DeploymentSpec"]!["description"]!.GetValue<string>().ShouldBe("What a deployment should be like.");
        var template = schemas["io.k8s.api.apps.v1.DeploymentSpec"]!["properties"]!["template"]!;
        template["allOf"]![0]!["$ref"]!.GetValue<string>().ShouldBe("#/components/schemas/io.k8s.api.core.v1.PodTemplateSpec");
        template["description"]!.GetValue<string>().ShouldBe("What the pods should be like.");
        schemas["io.k8s.api.core.v1.PodTemplateSpec"]!["description"]!.GetValue<string>().ShouldBe("What the pods made from it should be like.");
    }

    [Fact]
    public void Index_changes_with_the_documents()
    {
        var bytes = OpenApiDocuments.Utf8(OpenApiDocuments.V3(_resources, "apps", "v1", "v1")!);
        var hash = OpenApiDocuments.Hash(bytes);
        OpenApiDocuments.Hash(OpenApiDocuments.Utf8(OpenApiDocuments.V3(_resources, "apps", "v1", "v2")!)).ShouldNotBe(hash);
        Requests.ShouldBeJson(OpenApiDocuments.V3Index([("apis/apps/v1", hash)]), """{"paths":{"apis/apps/v1":{"serverRelativeURL":"/openapi/v3/apis/apps/v1?hash=HASH"}}}""".Replace("HASH", hash, StringComparison.Ordinal));
        OpenApiDocuments.V3(_resources, "none", "v1", "v1").ShouldBeNull();
    }

    private static void CheckReferences(JsonNode? node, JsonObject definitions, string prefix, string where)
    {
        switch (node)
        {
            case JsonObject obj:
                if (obj["$ref"] is JsonValue reference && reference.TryGetValue<string>(out var target))
                {
                    target.ShouldStartWith(prefix, customMessage: where);
                    definitions.ContainsKey(target[prefix.Length..]).ShouldBeTrue($"{where}: {target}");
                }

                foreach (var (_, value) in obj) CheckReferences(value, definitions, prefix, where);
                break;
            case JsonArray array:
                foreach (var item in array) CheckReferences(item, definitions, prefix, where);
                break;
        }
    }
}
