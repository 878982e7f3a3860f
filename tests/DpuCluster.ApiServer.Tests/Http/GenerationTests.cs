using System.Net;
using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Tests.Http;

/// <summary><c>metadata.generation</c> is the server's where it counts changes, and the client's where it does not.</summary>
public sealed class GenerationTests
{
    [Theory]
    [InlineData("v1", "ConfigMap", "/api/v1/namespaces/default/configmaps", "{}")]
    [InlineData("v1", "Endpoints", "/api/v1/namespaces/default/endpoints", "{}")]
    [InlineData("v1", "Namespace", "/api/v1/namespaces", "{}")]
    [InlineData("v1", "Node", "/api/v1/nodes", "{}")]
    [InlineData("v1", "Secret", "/api/v1/namespaces/default/secrets", "{}")]
    [InlineData("v1", "Service", "/api/v1/namespaces/default/services", """{"spec":{"ports":[{"port":80}]}}""")]
    [InlineData("v1", "ServiceAccount", "/api/v1/namespaces/default/serviceaccounts", "{}")]
    [InlineData("v1", "Event", "/api/v1/namespaces/default/events", """{"involvedObject":{"kind":"ConfigMap","namespace":"default"}}""")]
    [InlineData("coordination.k8s.io/v1", "Lease", "/apis/coordination.k8s.io/v1/namespaces/default/leases", "{}")]
    [InlineData("rbac.authorization.k8s.io/v1", "ClusterRole", "/apis/rbac.authorization.k8s.io/v1/clusterroles", "{}")]
    [InlineData("rbac.authorization.k8s.io/v1", "Role", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles", "{}")]
    [InlineData("rbac.authorization.k8s.io/v1", "RoleBinding", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings",
        """{"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"a"}}""")]
    public async Task What_a_client_gives_is_kept_by_kinds_whose_changes_nobody_counts(string apiVersion, string kind, string path, string rest)
    {
        await using var server = await TestServer.StartAsync();

        (await CreateAsync(server, apiVersion, kind, path, rest, generation: 7)).ShouldBe(7);

        // Neither other content nor another generation changes it; the deletion that waits does, where it is more than nothing.
        var patch = """{"metadata":{"generation":9,"labels":{"l":"v"},"finalizers":["example.com/held"]}}""";
        Generation(await server.AskAsync($"PATCH {path}/a", patch)).ShouldBe(7);
        (await server.AskAsync($"DELETE {path}/a")).ShouldNotBeNull();
        Generation(await server.AskAsync($"GET {path}/a")).ShouldBe(8);
    }

    [Theory]
    [InlineData("discovery.k8s.io/v1", "EndpointSlice", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", """{"addressType":"IPv4","endpoints":[]}""")]
    [InlineData("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", "{}")]
    [InlineData("apps/v1", "Deployment", "/apis/apps/v1/namespaces/default/deployments",
        """{"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""")]
    [InlineData("v1", "Pod", "/api/v1/namespaces/default/pods", """{"spec":{"containers":[{"name":"c","image":"i"}]}}""")]
    public async Task Kinds_whose_changes_are_counted_begin_at_1(string apiVersion, string kind, string path, string rest)
    {
        await using var server = await TestServer.StartAsync();

        (await CreateAsync(server, apiVersion, kind, path, rest, generation: 7)).ShouldBe(1);
    }

    [Fact]
    public async Task None_and_one_below_none_are_as_everywhere()
    {
        await using var server = await TestServer.StartAsync();
        const string path = "/api/v1/namespaces/default/configmaps";

        (await CreateAsync(server, "v1", "ConfigMap", path, "{}", generation: 0)).ShouldBeNull();
        var refused = await server.AskAsync($"POST {path}", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b","generation":-1}}""", HttpStatusCode.UnprocessableEntity);
        refused["message"]!.GetValue<string>().ShouldContain("metadata.generation: Invalid value: -1: must be greater than or equal to 0");
    }

    private static async Task<long?> CreateAsync(TestServer server, string apiVersion, string kind, string path, string rest, long generation)
    {
        var obj = JsonNode.Parse(rest)!.AsObject();
        (obj["apiVersion"], obj["kind"]) = (apiVersion, kind);
        obj["metadata"] = new JsonObject { ["name"] = "a", ["generation"] = generation };
        return Generation(await server.AskAsync($"POST {path}", obj, HttpStatusCode.Created));
    }

    private static long? Generation(JsonObject obj) => obj["metadata"]!["generation"]?.GetValue<long>();
}
