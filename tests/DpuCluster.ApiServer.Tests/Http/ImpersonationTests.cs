using System.Net;
using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Tests.Http;

public sealed class ImpersonationTests
{
    private const string WhoAmI = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

    [Fact]
    public async Task Administrator_acts_as_somebody_else_with_that_ones_rights()
    {
        await using var server = await EmbeddedApiServer.StartAsync();
        using var admin = Client(server, "admin", "system:masters");

        var who = await AskAsync(admin, ("Impersonate-User", "jane"), ("Impersonate-Group", "developers"));
        who["status"]!["userInfo"]!["username"]!.ToString().ShouldBe("jane");
        who["status"]!["userInfo"]!["groups"]!.AsArray().Select(group => $"{group}").ShouldBe(["developers", "system:authenticated"]);

        using var secrets = new HttpRequestMessage(HttpMethod.Get, "/api/v1/secrets");
        secrets.Headers.Add("Impersonate-User", "jane");
        (await admin.SendAsync(secrets)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Who_may_not_impersonate_is_refused_and_not_answered_as_himself()
    {
        await using var server = await EmbeddedApiServer.StartAsync();
        using var joe = Client(server, "joe");
        using var request = Request(("Impersonate-User", "kubernetes-admin"));

        var answer = await joe.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("User \\\"joe\\\" cannot impersonate resource \\\"users\\\"");
    }

    [Fact]
    public async Task Group_without_a_user_is_refused()
    {
        await using var server = await EmbeddedApiServer.StartAsync();
        using var admin = Client(server, "admin", "system:masters");
        using var request = Request(("Impersonate-Group", "a"), ("Impersonate-Extra-Scopes", "x"));

        var answer = await admin.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["message"]!.ToString().ShouldBe(
            "requested &user.DefaultInfo{Name:\"\", UID:\"\", Groups:[]string{\"a\"}, Extra:map[string][]string{\"scopes\":[]string{\"x\"}}} without impersonating a user name");
    }

    private static async Task<JsonNode> AskAsync(HttpClient client, params (string Name, string Value)[] headers)
    {
        using var request = Request(headers);
        var answer = await client.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    private static HttpRequestMessage Request(params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, WhoAmI)
        {
            Content = new StringContent("""{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}""", null, "application/json"),
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return request;
    }

    private static HttpClient Client(EmbeddedApiServer server, string user, params string[] groups) =>
        TestServer.Client(server, server.IssueClientCertificate(user, groups).ToX509Certificate());
}
