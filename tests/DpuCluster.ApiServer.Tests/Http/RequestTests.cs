using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.Testing;

namespace DpuCluster.ApiServer.Tests.Http;

public sealed class RequestTests
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    [Fact]
    public async Task Nobody_may_nothing_but_look_at_health_and_version()
    {
        await using var server = await TestServer.StartAsync();
        using var nobody = TestServer.Client(server.Server, null);
        (await nobody.GetAsync("/readyz")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await nobody.GetAsync("/version")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var refused = await nobody.GetAsync(ConfigMaps);
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["message"]!.GetValue<string>()
            .ShouldBe("configmaps is forbidden: User \"system:anonymous\" cannot list resource \"configmaps\" in API group \"\" in the namespace \"default\"");
    }

    [Fact]
    public async Task Certificate_of_another_authority_is_unauthorized()
    {
        await using var server = await TestServer.StartAsync();
        using var other = Certificates.CertificateAuthorityTests.NewAuthority();
        using var certificate = other.IssueClient("kubernetes-admin", ["system:masters"]).ToX509Certificate();
        using var client = TestServer.Client(server.Server, certificate);
        (await client.GetAsync(ConfigMaps)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Static_token_stands_for_its_user()
    {
        var options = new EmbeddedApiServerOptions { Tokens = new Dictionary<string, (string, IReadOnlyList<string>)> { ["secret"] = ("jo", ["devs"]) } };
        await using var server = await TestServer.StartAsync(options);
        var review = await server.AskAsync("POST /apis/authentication.k8s.io/v1/selfsubjectreviews",
            """{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}""", HttpStatusCode.Created,
            new Dictionary<string, string> { ["Authorization"] = "Bearer secret" });
        review["status"]!["userInfo"]!["username"]!.GetValue<string>().ShouldBe("jo");
        review["status"]!["userInfo"]!["groups"]!.ToJsonString().ShouldBe("""["devs","system:authenticated"]""");
    }

    [Fact]
    public async Task Body_over_three_mebibytes_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        using var response = await server.SendAsync($"POST {ConfigMaps}", TestServer.ConfigMap("a", new string('x', 4 * 1024 * 1024)));
        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Yaml_is_taken_and_given()
    {
        await using var server = await TestServer.StartAsync();
        var headers = new Dictionary<string, string> { ["Content-Type"] = "application/yaml", ["Accept"] = "application/yaml" };
        using var response = await server.SendAsync($"POST {ConfigMaps}", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: \"yes\"}\n", headers);
        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        var yaml = await response.Content.ReadAsStringAsync();
        yaml.ShouldContain("k: \"yes\"");
        yaml.ShouldContain("kind: ConfigMap");
    }

    [Fact]
    public async Task Pages_of_a_list_show_one_state()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var name in (string[])["a", "b", "c"]) await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap(name, label: "x"), HttpStatusCode.Created);
        var first = await server.AskAsync($"GET {ConfigMaps}?limit=2&labelSelector=l");
        await server.AskAsync($"DELETE {ConfigMaps}/c");
        await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap("d", label: "x"), HttpStatusCode.Created);
        var second = await server.AskAsync($"GET {ConfigMaps}?limit=2&labelSelector=l&continue={first["metadata"]!["continue"]}");
        second["items"]!.AsArray().Select(i => i!["metadata"]!["name"]!.GetValue<string>()).ShouldBe(["c"]);
        second["metadata"]!["resourceVersion"]!.GetValue<string>().ShouldBe(first["metadata"]!["resourceVersion"]!.GetValue<string>());
    }

    [Fact]
    public async Task Terminating_namespace_takes_nothing_new_and_goes_when_it_is_empty()
    {
        await using var server = await TestServer.StartAsync();
        await server.AskAsync("POST /api/v1/namespaces", """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n"}}""", HttpStatusCode.Created);
        var held = TestServer.ConfigMap("held");
        held["metadata"]!["finalizers"] = new JsonArray("example.com/hold");
        await server.AskAsync("POST /api/v1/namespaces/n/configmaps", held, HttpStatusCode.Created);
        (await server.AskAsync("DELETE /api/v1/namespaces/n"))["status"]!["phase"]!.GetValue<string>().ShouldBe("Terminating");
        var refused = await server.AskAsync("POST /api/v1/namespaces/n/configmaps", TestServer.ConfigMap("late"), HttpStatusCode.Forbidden);
        refused["message"]!.GetValue<string>().ShouldBe("configmaps \"late\" is forbidden: unable to create new content in namespace n because it is being terminated");
        await server.AskAsync("PATCH /api/v1/namespaces/n/configmaps/held", """{"metadata":{"finalizers":null}}""");
        await Eventually.Get(async () =>
        {
            using var response = await server.SendAsync("GET /api/v1/namespaces/n");
            return response.StatusCode;
        }, code => code == HttpStatusCode.NotFound, "the namespace goes");
    }

    [Fact]
    public async Task New_namespace_has_its_service_account_and_certificate_at_once()
    {
        await using var server = await TestServer.StartAsync();
        await server.AskAsync("POST /api/v1/namespaces", """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n"}}""", HttpStatusCode.Created);
        await server.AskAsync("GET /api/v1/namespaces/n/serviceaccounts/default");
        (await server.AskAsync("GET /api/v1/namespaces/n/configmaps/kube-root-ca.crt"))["data"]!["ca.crt"]!.GetValue<string>()
            .ShouldBe(server.Server.CertificateAuthority.CertificatePem);
    }

    [Fact]
    public async Task Deleting_a_definition_deletes_its_objects_and_stops_serving_them()
    {
        await using var server = await TestServer.StartAsync();
        await server.AskAsync("POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions", """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.example.com"},
             "spec":{"group":"example.com","scope":"Cluster","names":{"kind":"Thing","plural":"things"},
             "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
            """, HttpStatusCode.Created);
        await server.AskAsync("POST /apis/example.com/v1/things", """{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"a"}}""", HttpStatusCode.Created);
        await server.AskAsync("DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.com");
        await Eventually.Get(async () =>
        {
            using var response = await server.SendAsync("GET /apis/example.com/v1/things");
            return response.StatusCode;
        }, code => code == HttpStatusCode.NotFound, "the resource is not served any more");
        server.Server.Parts.Store.Collection(("example.com", "things")).Published.ShouldBeEmpty();
    }

    [Fact]
    public async Task Concurrent_patches_of_one_object_are_all_applied()
    {
        await using var server = await TestServer.StartAsync();
        await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap("a"), HttpStatusCode.Created);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => server.AskAsync($"PATCH {ConfigMaps}/a", $$$"""{"data":{"k{{{i}}}":"v"}}""")));
        (await server.AskAsync($"GET {ConfigMaps}/a"))["data"]!.AsObject().Count.ShouldBe(40);
    }

    [Fact]
    public async Task Unknown_paths_and_resources_are_not_found_in_the_words_of_a_real_server()
    {
        await using var server = await TestServer.StartAsync();
        (await server.AskAsync("GET /api/v1/nothings", status: HttpStatusCode.NotFound))["message"]!.GetValue<string>()
            .ShouldBe("the server could not find the requested resource");
        using var response = await server.SendAsync("GET /apis/nothing.example.com/v1/things");
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync()).ShouldBe("404 page not found\n");
    }
}
