using System.Net;
using System.Text.Json.Nodes;
using DpuCluster.Kubernetes;
using DpuCluster.Testing;

namespace DpuCluster.Controllers.Tests.Hosting;

/// <summary>Where a host tells how it is: probes and metrics.</summary>
public sealed class ControllerHostEndpointTests : HostFixture
{
    [Fact]
    public async Task Probes_say_ready_once_informers_have_synced_and_live_all_along()
    {
        Server.Refuse = (_, path) => path.EndsWith("/configmaps", StringComparison.Ordinal) ? 500 : null;
        var host = Host();
        await RunAsync(host);
        (await Get(host.ProbeAddress!, "/healthz")).ShouldBe((HttpStatusCode.OK, "ok"));
        var (code, text) = await Eventually.Get(
            () => Get(host.ProbeAddress!, "/readyz"), answer => answer.Text.Contains("not synced yet:", StringComparison.Ordinal), "says why");
        code.ShouldBe(HttpStatusCode.InternalServerError);
        text.ShouldContain("[-]informer-configmaps failed");
        Server.Refuse = (_, _) => null;
        await Eventually.Get(() => Get(host.ProbeAddress!, "/readyz"), answer => answer.Code == HttpStatusCode.OK, "ready");
        (await Get(host.ProbeAddress!, "/readyz?verbose")).Text.ShouldContain("[+]informer-configmaps ok");
        (await Get(host.ProbeAddress!, "/metrics")).Code.ShouldBe(HttpStatusCode.NotFound);
        (await Get(host.MetricsAddress!, "/healthz")).Code.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Metrics_have_the_names_that_dashboards_know()
    {
        var host = Host(Options with { LeaderElect = true });
        await RunAsync(host);
        await Maps.CreateAsync(Map("a"), null, default);
        foreach (var line in new[]
        {
            "# TYPE controller_runtime_reconcile_total counter",
            "controller_runtime_reconcile_total{controller=\"configmap\",result=\"success\"} 1",
            "controller_runtime_reconcile_total{controller=\"configmap\",result=\"error\"} 0",
            "controller_runtime_reconcile_errors_total{controller=\"configmap\"} 0",
            "controller_runtime_reconcile_time_seconds_count{controller=\"configmap\"} 1",
            "controller_runtime_active_workers{controller=\"configmap\"} 0",
            "controller_runtime_max_concurrent_reconciles{controller=\"configmap\"} 4",
            "workqueue_depth{name=\"configmap\",controller=\"configmap\"} 0",
            "workqueue_adds_total{name=\"configmap\",controller=\"configmap\"} 1",
            "workqueue_retries_total{name=\"configmap\",controller=\"configmap\"} 0",
            "workqueue_queue_duration_seconds_count{name=\"configmap\",controller=\"configmap\"} 1",
            "workqueue_unfinished_work_seconds{name=\"configmap\",controller=\"configmap\"} 0",
            "workqueue_longest_running_processor_seconds{name=\"configmap\",controller=\"configmap\"} 0",
            "leader_election_master_status{name=\"test.dpu.nvidia.com\"} 1",
            "rest_client_requests_total{code=\"201\",host=\"",
            "# TYPE rest_client_request_duration_seconds histogram",
            "process_resident_memory_bytes ",
            "process_start_time_seconds ",
            "process_cpu_seconds_total ",
        })
        {
            // Each for itself: an answer is put together while the controller works, and its lines need not be of one moment.
            await Eventually.Get(
                () => Get(host.MetricsAddress!, "/metrics"), answer => answer.Text.Contains(line, StringComparison.Ordinal), line);
        }
    }

    [Fact]
    public async Task Probes_and_metrics_may_share_a_port_and_each_may_be_off()
    {
        var port = FreePorts.Next();
        var shared = Host(Options with { MetricsBindAddress = $"127.0.0.1:{port}", HealthProbeBindAddress = $"127.0.0.1:{port}" });
        await RunAsync(shared);
        shared.ProbeAddress.ShouldBe(shared.MetricsAddress);
        (await Get(shared.ProbeAddress!, "/healthz")).Code.ShouldBe(HttpStatusCode.OK);
        (await Get(shared.ProbeAddress!, "/metrics")).Code.ShouldBe(HttpStatusCode.OK);

        var off = Host(Options with { MetricsBindAddress = "0", HealthProbeBindAddress = "0" });
        await RunAsync(off);
        off.ProbeAddress.ShouldBeNull();
        off.MetricsAddress.ShouldBeNull();

        var taken = Host(Options with { HealthProbeBindAddress = $"127.0.0.1:{port}" });
        (await Should.ThrowAsync<UserErrorException>(() => taken.RunAsync(CancellationToken.None))).Message.ShouldContain($"127.0.0.1:{port}");
    }

    [Theory]
    [InlineData("8080")]
    [InlineData(":http")]
    [InlineData("here:80")]
    [InlineData(":70000")]
    public void An_address_that_is_none_is_refused_by_the_name_of_its_flag(string text) =>
        Should.Throw<UserErrorException>(() => Host(Options with { MetricsBindAddress = text })).Message.ShouldStartWith($"--metrics-bind-address: \"{text}\"");

    [Fact]
    public async Task Secure_metrics_are_for_those_whom_the_api_server_allows()
    {
        Server.Review = body => body["kind"]!.GetValue<string>() switch
        {
            "TokenReview" => new JsonObject
            {
                ["kind"] = "TokenReview",
                ["apiVersion"] = "authentication.k8s.io/v1",
                ["metadata"] = new JsonObject(),
                ["status"] = new JsonObject
                {
                    ["authenticated"] = body["spec"]!["token"]!.GetValue<string>() != "unknown",
                    ["user"] = new JsonObject { ["username"] = body["spec"]!["token"]!.DeepClone() },
                },
            },
            "SubjectAccessReview" => new JsonObject
            {
                ["kind"] = "SubjectAccessReview",
                ["apiVersion"] = "authorization.k8s.io/v1",
                ["metadata"] = new JsonObject(),
                ["status"] = new JsonObject
                {
                    ["allowed"] = body["spec"]!["user"]!.GetValue<string>() == "prometheus"
                        && body["spec"]!["nonResourceAttributes"]!.ToJsonString() == """{"path":"/metrics","verb":"get"}""",
                },
            },
            _ => null,
        };
        var host = Host(Options with { MetricsSecure = true });
        await RunAsync(host);
        host.MetricsAddress!.Scheme.ShouldBe("https");
        host.ProbeAddress!.Scheme.ShouldBe("http");
        (await Get(host.MetricsAddress, "/metrics")).Code.ShouldBe(HttpStatusCode.Unauthorized);
        (await Get(host.MetricsAddress, "/metrics", "unknown")).Code.ShouldBe(HttpStatusCode.Unauthorized);
        (await Get(host.MetricsAddress, "/metrics", "stranger")).Code.ShouldBe(HttpStatusCode.Forbidden);
        (await Get(host.MetricsAddress, "/metrics", "prometheus")).Code.ShouldBe(HttpStatusCode.OK);
        (await Get(host.MetricsAddress, "/metrics", "prometheus")).Text.ShouldContain("controller_runtime_reconcile_total");
        Server.Requests.Count(request => request.EndsWith("/tokenreviews", StringComparison.Ordinal)).ShouldBe(3, "answers are remembered");
    }

    [Theory]
    [InlineData(false, "1.1")]
    [InlineData(true, "2.0")]
    public async Task Secure_metrics_speak_HTTP2_only_where_it_is_enabled(bool enabled, string version)
    {
        var host = Host(Options with { MetricsSecure = true, EnableHttp2 = enabled });
        await RunAsync(host);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(host.MetricsAddress!, "/metrics"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        using var response = await Http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        response.Version.ToString().ShouldBe(version);
    }
}
