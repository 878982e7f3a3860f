using System.Net;
using DpuCluster.Testing;

namespace DpuCluster.ApiServer.Tests.Http;

public sealed class MetricsTests
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    [Fact]
    public async Task Requests_are_counted_by_what_they_ask_for_under_the_labels_of_a_real_server()
    {
        await using var server = await TestServer.StartAsync();
        await server.AskAsync($"POST {ConfigMaps}?dryRun=All", TestServer.ConfigMap("a"), HttpStatusCode.Created);
        await server.AskAsync($"PATCH {ConfigMaps}/a?fieldManager=me", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}""", HttpStatusCode.Created,
            new Dictionary<string, string> { ["Content-Type"] = "application/apply-patch+yaml" });

        var text = await MetricsAsync(
            server,
            "apiserver_request_total{code=\"201\",component=\"apiserver\",dry_run=\"All\",group=\"\",resource=\"configmaps\",scope=\"namespace\",subresource=\"\",verb=\"POST\",version=\"v1\"} 1\n",
            "apiserver_request_total{code=\"201\",component=\"apiserver\",dry_run=\"\",group=\"\",resource=\"configmaps\",scope=\"resource\",subresource=\"\",verb=\"APPLY\",version=\"v1\"} 1\n",
            "apiserver_request_duration_seconds_count{component=\"apiserver\",dry_run=\"All\",group=\"\",resource=\"configmaps\"");

        text.ShouldContain("apiserver_current_inflight_requests{request_kind=\"readOnly\"} ");
        text.ShouldContain("apiserver_storage_objects{resource=\"configmaps\"} ");
        text.ShouldContain("process_resident_memory_bytes ");
        text.ShouldNotContain("etcd_");
    }

    [Fact]
    public async Task What_is_not_served_is_counted_together()
    {
        await using var server = await TestServer.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            using var response = await server.SendAsync($"GET /apis/nobody{i}.example.com/v1/\"things{i}");
            response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }

        var text = await MetricsAsync(
            server, "apiserver_request_total{code=\"404\",component=\"apiserver\",dry_run=\"\",group=\"\",resource=\"\",scope=\"\",subresource=\"\",verb=\"LIST\",version=\"\"} 3\n");

        text.ShouldNotContain("nobody");
    }

    [Fact]
    public async Task Requests_for_health_are_counted_by_their_path_as_a_real_server_does_and_others_are_not()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var path in new[] { "/readyz", "/readyz?verbose", "/livez", "/readyz/ping", "/version", "/anything" })
        {
            using var response = await server.SendAsync($"GET {path}");
        }

        string[] expected =
        [
            "apiserver_request_total{code=\"200\",component=\"\",dry_run=\"\",group=\"\",resource=\"\",scope=\"\",subresource=\"/livez\",verb=\"GET\",version=\"\"} 1",
            "apiserver_request_total{code=\"200\",component=\"\",dry_run=\"\",group=\"\",resource=\"\",scope=\"\",subresource=\"/readyz\",verb=\"GET\",version=\"\"} 2",
        ];

        var counted = (await MetricsAsync(server, expected)).Split('\n').Where(line => line.StartsWith("apiserver_request_total{", StringComparison.Ordinal) && line.Contains("=\"/", StringComparison.Ordinal));

        counted.ShouldBe(expected);
    }

    // A request is counted a moment after it has been answered.
    private static Task<string> MetricsAsync(TestServer server, params string[] with) => Eventually.Get(
        async () =>
        {
            using var response = await server.SendAsync("GET /metrics");
            return await response.Content.ReadAsStringAsync();
        },
        text => Array.TrueForAll(with, one => text.Contains(one, StringComparison.Ordinal)),
        string.Join('\n', with));
}
