using System.Net;
using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Tests.Http;

/// <summary>What a real server says of subresources' bodies, reviews and options that are wrong.</summary>
public sealed class SubresourceAndReviewTests
{
    private static readonly Dictionary<string, string> Table = new() { ["Accept"] = "application/json;as=Table;v=v1;g=meta.k8s.io" };

    [Theory]
    [InlineData("""{"spec":{"expirationSeconds":"x"}}""", "TokenRequest in version \"v1\" cannot be handled as a TokenRequest: json: cannot unmarshal string into Go struct field TokenRequestSpec.spec.expirationSeconds of type int64")]
    [InlineData("""{"spec":{"boundObjectRef":{"kind":"ConfigMap","apiVersion":"v1","name":"a"}}}""", "cannot bind token to object of type /v1, Kind=ConfigMap")]
    public async Task Token_request_that_cannot_be_is_refused(string body, string message)
    {
        await using var server = await TestServer.StartAsync();
        await RefusedAsync(server, "POST /api/v1/namespaces/default/serviceaccounts/default/token", body, 400, message);
    }

    [Theory]
    [InlineData("selfsubjectaccessreviews", "SelfSubjectAccessReview", "{}", "spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified")]
    [InlineData("subjectaccessreviews", "SubjectAccessReview", """{"nonResourceAttributes":{"path":"/"}}""", "spec.user: Invalid value: \"\": at least one of user or group must be specified")]
    [InlineData("namespaces/default/localsubjectaccessreviews", "LocalSubjectAccessReview", """{"user":"u","resourceAttributes":{"namespace":"other"}}""", "spec.resourceAttributes.namespace: Invalid value: \"other\": must match metadata.namespace")]
    public async Task Review_that_asks_nothing_is_refused_without_its_kind(string path, string kind, string spec, string why)
    {
        await using var server = await TestServer.StartAsync();
        await RefusedAsync(server, $"POST /apis/authorization.k8s.io/v1/{path}", $$$"""{"apiVersion":"authorization.k8s.io/v1","kind":"{{{kind}}}","spec":{{{spec}}}}""", 422,
            $".authorization.k8s.io \"\" is invalid: {why}");
    }

    [Theory]
    [InlineData("default")]
    [InlineData("kube-system")]
    [InlineData("kube-public")]
    public async Task Namespaces_that_the_server_needs_stay(string name)
    {
        await using var server = await TestServer.StartAsync();
        await RefusedAsync(server, $"DELETE /api/v1/namespaces/{name}", null, 403, $"namespaces \"{name}\" is forbidden: this namespace may not be deleted");
    }

    [Theory]
    [InlineData("?gracePeriodSeconds=abc", null, 400, "strconv.ParseInt: parsing \"abc\": invalid syntax")]
    [InlineData("", "nonsense", 500, "couldn't get version/kind; json parse error: invalid character 'o' in literal null (expecting 'u')")]
    public async Task Delete_options_that_cannot_be_read_delete_nothing(string query, string? body, int code, string message)
    {
        await using var server = await TestServer.StartAsync();
        await server.AskAsync("POST /api/v1/namespaces/default/configmaps", TestServer.ConfigMap("a"), HttpStatusCode.Created);
        await RefusedAsync(server, $"DELETE /api/v1/namespaces/default/configmaps/a{query}", body, code, message);
        await server.AskAsync("GET /api/v1/namespaces/default/configmaps/a");
    }

    [Fact]
    public async Task Answers_that_cannot_have_the_form_asked_for_are_refused()
    {
        await using var server = await TestServer.StartAsync();
        const string List = "GET /api/v1/namespaces/default/configmaps";
        await RefusedAsync(server, $"{List}?includeObject=Some", null, 422, "TableOptions.meta.k8s.io \"\" is invalid: includeObject: Invalid value: \"Some\": must be 'Metadata', 'Object', 'None', or empty", Table);
        await RefusedAsync(server, List, null, 406, "you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)",
            new() { ["Accept"] = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io" });
        await RefusedAsync(server, $"{List}/kube-root-ca.crt", null, 406, "you requested PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)",
            new() { ["Accept"] = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io" });
        await RefusedAsync(server, $"{List}/kube-root-ca.crt?resourceVersion=x", null, 500, "resourceVersion: Invalid value: \"x\": strconv.ParseUint: parsing \"x\": invalid syntax");
        await RefusedAsync(server, "POST /api/v1/namespaces/default/configmaps?fieldManager=a%00", TestServer.ConfigMap("a"), 422,
            "CreateOptions.meta.k8s.io \"\" is invalid: fieldManager: Invalid value: \"a\\x00\": invalid character U+0000 (at position 1)");
    }

    [Fact]
    public async Task Custom_resources_are_served_in_each_version_whichever_is_stored_and_deprecated_ones_warn()
    {
        await using var server = await TestServer.StartAsync();
        const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        static JsonObject Version(string name, bool stored) => new()
        {
            ["name"] = name,
            ["served"] = true,
            ["storage"] = stored,
            ["deprecated"] = name == "v1",
            ["schema"] = JsonNode.Parse("""{"openAPIV3Schema":{"type":"object"}}"""),
        };
        var definition = JsonNode.Parse("""{"metadata":{"name":"things.example.com"},"spec":{"group":"example.com","scope":"Cluster","names":{"kind":"Thing","plural":"things"}}}""")!.AsObject();
        definition["spec"]!["versions"] = new JsonArray(Version("v1", stored: true));
        await server.AskAsync($"POST {Definitions}", definition, HttpStatusCode.Created);
        await server.AskAsync("POST /apis/example.com/v1/things", """{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"a"}}""", HttpStatusCode.Created);
        await server.AskAsync($"PATCH {Definitions}/things.example.com", new JsonObject { ["spec"] = new JsonObject { ["versions"] = new JsonArray(Version("v1", stored: false), Version("v2", stored: true)) } });

        (await server.AskAsync("GET /apis/example.com/v2/things/a"))["apiVersion"]!.ToString().ShouldBe("example.com/v2");
        await server.AskAsync("POST /apis/example.com/v2/things", """{"apiVersion":"example.com/v2","kind":"Thing","metadata":{"name":"b"}}""", HttpStatusCode.Created);
        foreach (var version in (string[])["v1", "v2"])
        {
            using var response = await server.SendAsync($"GET /apis/example.com/{version}/things");
            var list = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            list["items"]!.AsArray().Select(i => i!["apiVersion"]!.ToString()).ShouldBe([$"example.com/{version}", $"example.com/{version}"]);
            response.Headers.TryGetValues("Warning", out var warnings);
            (warnings ?? []).ShouldBe(version == "v1" ? ["299 - \"example.com/v1 Thing is deprecated; use example.com/v2 Thing\""] : []);
        }
    }

    [Theory]
    [InlineData("""{"dryRun":"All"}""", "json: cannot unmarshal string into Go struct field DeleteOptions.dryRun of type []string")]
    [InlineData("""{"gracePeriodSeconds":"x"}""", "json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64")]
    public async Task Options_that_cannot_be_read_delete_nothing(string options, string message)
    {
        await using var server = await TestServer.StartAsync();
        const string Path = "/api/v1/namespaces/default/configmaps";
        await server.AskAsync($"POST {Path}", TestServer.ConfigMap("a"), HttpStatusCode.Created);
        (await server.AskAsync($"DELETE {Path}/a", options, HttpStatusCode.InternalServerError))["message"]!.ToString().ShouldBe(message);
        await server.AskAsync($"GET {Path}/a");
    }

    [Theory]
    [InlineData("""{"resourceAttributes":{"verb":"list","resource":"pods","fieldSelector":{}}}""", "spec.resourceAttributes.fieldSelector.requirements: Required value: when spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required")]
    [InlineData("""{"resourceAttributes":{"verb":"list","resource":"pods","labelSelector":{"rawSelector":"a","requirements":[{"key":"a","operator":"Exists"}]}}}""", "spec.resourceAttributes.labelSelector.rawSelector: Invalid value: \"a\": may not specified at the same time as requirements")]
    [InlineData("""{"resourceAttributes":{"verb":"get"},"nonResourceAttributes":{"path":"/x","verb":"get"}}""", "spec.nonResourceAttributes: Invalid value: {\"Path\":\"/x\",\"Verb\":\"get\"}: cannot be specified in combination with resourceAttributes")]
    public async Task Question_about_rights_that_contradicts_itself_is_refused(string spec, string error)
    {
        await using var server = await TestServer.StartAsync();
        var refused = await server.AskAsync("POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews", $$"""{"spec":{{spec}}}""", HttpStatusCode.UnprocessableEntity);
        refused["message"]!.ToString().ShouldBe($".authorization.k8s.io \"\" is invalid: {error}");
    }

    private static async Task RefusedAsync(TestServer server, string call, object? body, int code, string message, Dictionary<string, string>? headers = null) =>
        (await server.AskAsync(call, body, (HttpStatusCode)code, headers))["message"]!.ToString().ShouldBe(message);
}
