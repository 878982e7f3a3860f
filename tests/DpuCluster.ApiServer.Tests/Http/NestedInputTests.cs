using System.Net;

namespace DpuCluster.ApiServer.Tests.Http;

/// <summary>Bodies that are nested deeper than any stack: each is refused, and the server lives on.</summary>
public sealed class NestedInputTests
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";

    [Theory]
    [InlineData("POST", "application/json", "{\"a\":")]
    [InlineData("POST", "application/json", "[")]
    [InlineData("PATCH", "application/merge-patch+json", "{\"a\":")]
    [InlineData("PATCH", "application/strategic-merge-patch+json", "{\"data\":")]
    [InlineData("PATCH", "application/json-patch+json", "[")]
    [InlineData("PATCH", "application/json-patch+json", "[{\"op\":\"add\",\"path\":\"/data\",\"value\":")]
    public async Task Body_nested_deeper_than_any_stack_is_refused(string method, string type, string opening)
    {
        await using var server = await TestServer.StartAsync();
        await server.AskAsync($"POST {Maps}", TestServer.ConfigMap("there"), HttpStatusCode.Created);
        var body = string.Concat(Enumerable.Repeat(opening, 1_000_000 / opening.Length));

        using var answer = await server.SendAsync(
            method == "POST" ? $"POST {Maps}" : $"PATCH {Maps}/there", body, new Dictionary<string, string> { ["Content-Type"] = type });

        answer.StatusCode.ShouldBeOneOf(HttpStatusCode.BadRequest, HttpStatusCode.UnprocessableEntity, HttpStatusCode.RequestEntityTooLarge);
        (await server.AskAsync($"GET {Maps}/there"))["metadata"]!["name"]!.ToString().ShouldBe("there");
    }
}
