using System.Net;
using System.Text.Json.Nodes;
using DpuCluster.Testing;

namespace DpuCluster.ApiServer.Tests.CustomResources;

/// <summary>What becomes of definitions that go, and of those that waited for their names.</summary>
public sealed class CrdLifecycleTests
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    [Fact]
    public async Task Definition_gets_its_names_when_the_one_that_had_them_is_gone()
    {
        await using var server = await TestServer.StartAsync();
        await CreateAsync(server, "firsts", "First");
        await CreateAsync(server, "seconds", "Second");
        (await ConditionAsync(server, "seconds", "NamesAccepted"))!["reason"]!.ToString().ShouldBe("ShortNamesConflict");

        await server.AskAsync($"DELETE {Definitions}/firsts.example.com");

        await Eventually.Get(async () => (await ConditionAsync(server, "seconds", "Established"))!["status"]!.ToString(), status => status == "True", "the names are given");
        await server.AskAsync("GET /apis/example.com/v1/seconds");
        (await server.AskAsync($"GET {Definitions}/seconds.example.com"))["status"]!["acceptedNames"]!["shortNames"]!.ToJsonString().ShouldBe("""["one"]""");
    }

    [Fact]
    public async Task Definition_that_goes_takes_no_new_objects_and_says_how_far_it_is()
    {
        await using var server = await TestServer.StartAsync();
        await CreateAsync(server, "firsts", "First");
        await server.AskAsync("POST /apis/example.com/v1/firsts", """{"apiVersion":"example.com/v1","kind":"First","metadata":{"name":"a","finalizers":["example.com/hold"]}}""", HttpStatusCode.Created);

        await server.AskAsync($"DELETE {Definitions}/firsts.example.com");

        await Eventually.Get(async () => (await ConditionAsync(server, "firsts", "Terminating"))!["reason"]!.ToString(), reason => reason == "InstanceDeletionInProgress", "the objects are being deleted");
        var refused = await server.AskAsync("POST /apis/example.com/v1/firsts", """{"apiVersion":"example.com/v1","kind":"First","metadata":{"name":"b"}}""", HttpStatusCode.MethodNotAllowed);
        refused["message"]!.ToString().ShouldBe("create not allowed while custom resource definition is terminating");
        refused["details"]!.ToJsonString().ShouldBe("""{"group":"example.com","kind":"firsts"}""");
        await server.AskAsync("PATCH /apis/example.com/v1/firsts/a", """{"metadata":{"finalizers":null}}""");
        await Eventually.Get(async () =>
        {
            using var response = await server.SendAsync($"GET {Definitions}/firsts.example.com");
            return response.StatusCode;
        }, code => code == HttpStatusCode.NotFound, "the definition goes");
    }

    private static async Task CreateAsync(TestServer server, string plural, string kind) => await server.AskAsync($"POST {Definitions}", $$$$"""
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"{{{{plural}}}}.example.com"},
         "spec":{"group":"example.com","scope":"Cluster","names":{"kind":"{{{{kind}}}}","plural":"{{{{plural}}}}","shortNames":["one"]},
         "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
        """, HttpStatusCode.Created);

    private static async Task<JsonNode?> ConditionAsync(TestServer server, string plural, string type) =>
        (await server.AskAsync($"GET {Definitions}/{plural}.example.com"))["status"]!["conditions"]!.AsArray().First(condition => condition!["type"]!.ToString() == type);
}
