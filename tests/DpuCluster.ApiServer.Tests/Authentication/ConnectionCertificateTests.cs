using System.Net;
using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Tests.Authentication;

public sealed class ConnectionCertificateTests
{
    private const string WhoAmI = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    private const string Review = """{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}""";

    [Fact]
    public async Task First_requests_of_a_connection_that_come_together_are_all_known_by_its_certificate()
    {
        await using var server = await EmbeddedApiServer.StartAsync();
        using var certificate = server.IssueClientCertificate("jane", ["developers"]).ToX509Certificate();

        // What goes wrong between two first requests does so in few connections only: many are made.
        for (var connection = 0; connection < 50; connection++)
        {
            using var client = TestServer.Client(server, certificate);
            client.DefaultRequestVersion = HttpVersion.Version20;
            client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;

            var users = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => AskAsync(client)));

            users.ShouldAllBe(user => user == "jane");
        }
    }

    [Fact]
    public async Task Certificate_of_another_authority_is_refused_on_every_request_of_the_connection()
    {
        await using var server = await EmbeddedApiServer.StartAsync();
        await using var other = await EmbeddedApiServer.StartAsync();
        using var certificate = other.IssueClientCertificate("jane", []).ToX509Certificate();
        using var client = TestServer.Client(server, certificate);

        for (var request = 0; request < 2; request++)
        {
            (await client.GetAsync(new Uri("/api/v1/namespaces", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }
    }

    private static async Task<string> AskAsync(HttpClient client)
    {
        using var body = new StringContent(Review, null, "application/json");
        using var answer = await client.PostAsync(new Uri(WhoAmI, UriKind.Relative), body);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, text);
        return $"{JsonNode.Parse(text)!["status"]!["userInfo"]!["username"]}";
    }
}
