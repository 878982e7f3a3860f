using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Tests.Http;

/// <summary>Nobody gives away, by roles and bindings, what he does not hold.</summary>
public sealed class EscalationTests
{
    private const string Roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
    private const string Bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";

    [Theory]
    [InlineData("""{"apiGroups":[""],"resources":["secrets"],"verbs":["get"]}""", true)]
    [InlineData("""{"apiGroups":[""],"resources":["secrets"],"verbs":["get"],"resourceNames":["one"]}""", true)]
    [InlineData("""{"apiGroups":["apps"],"resources":["deployments"],"resourceNames":["mine"],"verbs":["patch"]}""", true)]
    [InlineData("""{"apiGroups":["apps"],"resources":["deployments"],"verbs":["patch"]}""", false)]
    [InlineData("""{"apiGroups":["apps"],"resources":["deployments"],"resourceNames":["mine","other"],"verbs":["patch"]}""", false)]
    [InlineData("""{"apiGroups":[""],"resources":["secrets"],"verbs":["get","delete"]}""", false)]
    [InlineData("""{"apiGroups":[""],"resources":["secrets/status"],"verbs":["get"]}""", false)]
    [InlineData("""{"apiGroups":["*"],"resources":["secrets"],"verbs":["get"]}""", false)]
    [InlineData("""{"apiGroups":[""],"resources":["*"],"verbs":["get"]}""", false)]
    [InlineData("""{"nonResourceURLs":["/metrics"],"verbs":["get"]}""", true)]
    [InlineData("""{"nonResourceURLs":["/logs"],"verbs":["get"]}""", false)]
    public async Task Role_can_be_made_and_bound_by_one_who_holds_its_rules(string rule, bool holds)
    {
        await using var server = await EmbeddedApiServer.StartAsync();
        using var admin = Client(server, "admin", "system:masters");
        using var joe = await JoeAsync(server, admin);
        var expected = holds ? HttpStatusCode.Created : HttpStatusCode.Forbidden;

        var made = await PostAsync(joe, Roles, Role("granted", rule));
        made.Code.ShouldBe(expected, made.Body);
        if (!holds)
        {
            made.Body.ShouldContain("attempting to grant RBAC permissions not currently held");
            (await PostAsync(admin, Roles, Role("granted", rule))).Code.ShouldBe(HttpStatusCode.Created);
        }

        var bound = await PostAsync(joe, Bindings, Binding("granted", "granted", "jane"));
        bound.Code.ShouldBe(expected, bound.Body);
    }

    [Fact]
    public async Task Role_with_rights_that_the_writer_lacks_cannot_be_changed_at_all()
    {
        await using var server = await EmbeddedApiServer.StartAsync();
        using var admin = Client(server, "admin", "system:masters");
        using var joe = await JoeAsync(server, admin);
        const string nodes = """{"apiGroups":[""],"resources":["nodes"],"verbs":["list"]}""";
        (await PostAsync(admin, Roles, Role("other", nodes))).Code.ShouldBe(HttpStatusCode.Created);

        (await PatchAsync(joe, $"{Roles}/other", """{"metadata":{"labels":{"a":"b"}}}""")).Code.ShouldBe(HttpStatusCode.Forbidden);
        var widened = await PatchAsync(joe, $"{Roles}/other", """{"rules":[{"apiGroups":[""],"resources":["nodes"],"verbs":["list","delete"]}]}""");

        widened.Code.ShouldBe(HttpStatusCode.Forbidden);
        JsonNode.Parse(widened.Body)!["message"]!.ToString().ShouldEndWith("{APIGroups:[\"\"], Resources:[\"nodes\"], Verbs:[\"list\" \"delete\"]}");
    }

    [Fact]
    public async Task Binding_needs_a_role_that_exists()
    {
        await using var server = await EmbeddedApiServer.StartAsync();
        using var admin = Client(server, "admin", "system:masters");
        using var joe = await JoeAsync(server, admin);

        (await PostAsync(joe, Bindings, Binding("lost", "nowhere", "jane"))).Code.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Apply_of_what_does_not_exist_needs_the_right_to_create()
    {
        await using var server = await EmbeddedApiServer.StartAsync();
        using var admin = Client(server, "admin", "system:masters");
        await GrantAsync(admin, "joe", """{"apiGroups":[""],"resources":["configmaps"],"verbs":["patch"]}""");
        using var joe = Client(server, "joe");
        const string path = "/api/v1/namespaces/default/configmaps/one?fieldManager=joe";
        const string body = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"},"data":{"a":"b"}}""";

        var refused = await PatchAsync(joe, path, body, "application/apply-patch+yaml");
        refused.Code.ShouldBe(HttpStatusCode.Forbidden);
        refused.Body.ShouldContain("cannot create resource");

        (await PatchAsync(admin, path, body, "application/apply-patch+yaml")).Code.ShouldBe(HttpStatusCode.Created);
        (await PatchAsync(joe, path, body, "application/apply-patch+yaml")).Code.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_may_see_one_object_may_list_that_one_by_its_name()
    {
        await using var server = await EmbeddedApiServer.StartAsync();
        using var admin = Client(server, "admin", "system:masters");
        await GrantAsync(admin, "joe", """{"apiGroups":[""],"resources":["configmaps"],"resourceNames":["one"],"verbs":["list"]}""");
        using var joe = Client(server, "joe");

        (await joe.GetAsync(new Uri("/api/v1/namespaces/default/configmaps?fieldSelector=metadata.name%3Done", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await joe.GetAsync(new Uri("/api/v1/namespaces/default/configmaps?fieldSelector=metadata.name%3Dtwo", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await joe.GetAsync(new Uri("/api/v1/namespaces/default/configmaps", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    /// <summary>One who may write roles and bindings, and holds a few things besides.</summary>
    private static async Task<HttpClient> JoeAsync(EmbeddedApiServer server, HttpClient admin)
    {
        await GrantAsync(
            admin,
            "joe",
            """{"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles","clusterrolebindings"],"verbs":["create","patch"]}""",
            """{"apiGroups":[""],"resources":["secrets","configmaps"],"verbs":["get","list"]}""",
            """{"apiGroups":["apps"],"resources":["deployments"],"resourceNames":["mine"],"verbs":["patch"]}""",
            """{"nonResourceURLs":["/metrics"],"verbs":["get"]}""");
        return Client(server, "joe");
    }

    private static async Task GrantAsync(HttpClient admin, string user, params string[] rules)
    {
        (await PostAsync(admin, Roles, Role(user, rules))).Code.ShouldBe(HttpStatusCode.Created);
        (await PostAsync(admin, Bindings, Binding(user, user, user))).Code.ShouldBe(HttpStatusCode.Created);
    }

    private static string Role(string name, params string[] rules) =>
        $$$"""{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"{{{name}}}"},"rules":[{{{string.Join(',', rules)}}}]}""";

    private static string Binding(string name, string role, string user) => $$$"""
        {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"{{{name}}}"},
         "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"{{{role}}}"},
         "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"{{{user}}}"}]}
        """;

    private static Task<(HttpStatusCode Code, string Body)> PostAsync(HttpClient client, string path, string body) =>
        SendAsync(client, HttpMethod.Post, path, body, "application/json");

    private static Task<(HttpStatusCode Code, string Body)> PatchAsync(HttpClient client, string path, string body, string type = "application/merge-patch+json") =>
        SendAsync(client, HttpMethod.Patch, path, body, type);

    private static async Task<(HttpStatusCode Code, string Body)> SendAsync(HttpClient client, HttpMethod method, string path, string body, string type)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        var answer = await client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static HttpClient Client(EmbeddedApiServer server, string user, params string[] groups) =>
        TestServer.Client(server, server.IssueClientCertificate(user, groups).ToX509Certificate());
}
