using System.Net;

namespace DpuCluster.ApiServer.Tests.Http;

/// <summary>Paths that are not about objects: which of them have a router of methods, and which answer any.</summary>
public sealed class PathTests
{
    [Theory]
    [InlineData("POST /healthz", "ok")]
    [InlineData("PUT /readyz?exclude=nothing", "ok")]
    [InlineData("DELETE /livez/ping", "ok")]
    [InlineData("GET /livez?verbose&exclude=log&exclude=b&exclude=a", "[+]ping ok\n[+]log excluded: ok\n[+]etcd ok\n[+]poststarthook/rbac/bootstrap-roles ok\nwarn: some health checks cannot be excluded: no matches for \"a\", \"b\"\nlivez check passed\n")]
    public async Task Health_is_told_whatever_the_method(string call, string text)
    {
        await using var server = await TestServer.StartAsync();
        (await TextAsync(server, call, HttpStatusCode.OK)).ShouldBe(text);
    }

    [Theory]
    [InlineData("POST /apis")]
    [InlineData("POST /apis/apps")]
    [InlineData("POST /openapi/v3")]
    [InlineData("POST /metrics")]
    [InlineData("GET /index.html")]
    public async Task Handler_without_a_router_is_indifferent_to_the_method(string call)
    {
        await using var server = await TestServer.StartAsync();
        await TextAsync(server, call, HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("POST /version", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE /api", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST /apis/apps/v1", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET /api/v2", HttpStatusCode.NotFound)]
    [InlineData("GET /apis/apps/v2", HttpStatusCode.NotFound)]
    [InlineData("GET /apis/apps/v2/deployments", HttpStatusCode.NotFound)]
    public async Task Router_of_built_in_paths_answers_with_a_status(string call, HttpStatusCode code)
    {
        await using var server = await TestServer.StartAsync();
        var status = await server.AskAsync(call, status: code);
        status["kind"]!.ToString().ShouldBe("Status");
        status["details"]!.ToJsonString().ShouldBe("{}");
    }

    [Theory]
    [InlineData("GET /healthz/")]
    [InlineData("GET /healthz/nothing")]
    [InlineData("GET /metrics/")]
    [InlineData("GET /apis/nothing.example.com/v1")]
    public async Task Path_that_nobody_knows_is_not_found(string call)
    {
        await using var server = await TestServer.StartAsync();
        (await TextAsync(server, call, HttpStatusCode.NotFound)).ShouldBe("404 page not found\n");
    }

    [Fact]
    public async Task Outdated_name_of_a_part_of_the_schema_leads_to_that_of_now()
    {
        await using var server = await TestServer.StartAsync();
        var index = await server.AskAsync("GET /openapi/v3");
        var now = index["paths"]!["apis/apps/v1"]!["serverRelativeURL"]!.ToString();
        using var moved = await server.SendAsync("GET /openapi/v3/apis/apps/v1?hash=earlier");
        moved.StatusCode.ShouldBe(HttpStatusCode.OK);
        moved.RequestMessage!.RequestUri!.PathAndQuery.ShouldBe(now);
        moved.Headers.CacheControl!.ToString().ShouldBe("public, immutable");
    }

    private static async Task<string> TextAsync(TestServer server, string call, HttpStatusCode code)
    {
        using var response = await server.SendAsync(call);
        response.StatusCode.ShouldBe(code);
        return await response.Content.ReadAsStringAsync();
    }
}
