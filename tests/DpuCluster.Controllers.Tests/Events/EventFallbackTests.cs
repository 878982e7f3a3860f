using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer;
using DpuCluster.Controllers.Events;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Kubeconfig;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Controllers.Tests.Events;

/// <summary>Under a role that allows events of the core group only, as the reference implementation's roles do.</summary>
public sealed class EventFallbackTests
{
    [Fact]
    public async Task Events_go_to_the_core_group_where_the_newer_one_is_forbidden()
    {
        await using var server = await EmbeddedApiServer.StartAsync();
        using var admin = Client(server.AdminKubeconfig);
        await AllowAsync(admin, "limited", "", "events", ["create", "patch"]);
        using var limited = Client(server.Kubeconfig("limited", []).Write());
        var sink = new FallbackEventSink(
            new ClientEventSink(limited.Resources<Event>()), new CoreEventSink(limited.Unstructured(CoreEventSink.Resource)));
        var first = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

        await sink.CreateAsync(
            new()
            {
                Metadata = new() { Namespace = "default", Name = "a.1" },
                EventTime = first,
                ReportingController = "dpu.nvidia.com/test",
                ReportingInstance = "here",
                Action = "Try",
                Reason = "Tried",
                Note = "something was tried",
                Type = "Normal",
                Regarding = new() { Kind = "ConfigMap", ApiVersion = "v1", Namespace = "default", Name = "a" },
            },
            CancellationToken.None);
        await sink.UpdateSeriesAsync("default", "a.1", 3, first.AddMinutes(1), CancellationToken.None);

        var written = await admin.Unstructured(CoreEventSink.Resource).GetAsync("default", "a.1", CancellationToken.None);
        var fields = written.Fields.ShouldNotBeNull();
        fields["message"].GetString().ShouldBe("something was tried");
        fields["involvedObject"].GetProperty("name").GetString().ShouldBe("a");
        fields["source"].GetProperty("component").GetString().ShouldBe("dpu.nvidia.com/test");
        fields["count"].GetInt32().ShouldBe(3);
        fields["lastTimestamp"].GetString().ShouldBe("2026-11-21T12:01:00Z");
    }

    private static KubernetesClient Client(string kubeconfig) =>
        new(KubeconfigDocument.Parse(Encoding.UTF8.GetBytes(kubeconfig), "test").ToConfiguration(null, KubeconfigPolicy.Untrusted));

    private static async Task AllowAsync(KubernetesClient admin, string user, string group, string resource, string[] verbs)
    {
        const string rbac = "rbac.authorization.k8s.io";
        var role = new JsonObject
        {
            ["apiVersion"] = $"{rbac}/v1",
            ["kind"] = "ClusterRole",
            ["metadata"] = new JsonObject { ["name"] = user },
            ["rules"] = new JsonArray(new JsonObject
            {
                ["apiGroups"] = new JsonArray(group),
                ["resources"] = new JsonArray(resource),
                ["verbs"] = new JsonArray([.. verbs.Select(verb => (JsonNode)verb)]),
            }),
        };
        var binding = new JsonObject
        {
            ["apiVersion"] = $"{rbac}/v1",
            ["kind"] = "ClusterRoleBinding",
            ["metadata"] = new JsonObject { ["name"] = user },
            ["roleRef"] = new JsonObject { ["apiGroup"] = rbac, ["kind"] = "ClusterRole", ["name"] = user },
            ["subjects"] = new JsonArray(new JsonObject { ["apiGroup"] = rbac, ["kind"] = "User", ["name"] = user }),
        };
        foreach (var (obj, kind, plural) in new[] { (role, "ClusterRole", "clusterroles"), (binding, "ClusterRoleBinding", "clusterrolebindings") })
        {
            await admin.Unstructured(new ResourceType(rbac, "v1", kind, plural, Namespaced: false))
                .CreateAsync(obj.Deserialize(Unstructured.JsonType)!, null, CancellationToken.None);
        }
    }
}
