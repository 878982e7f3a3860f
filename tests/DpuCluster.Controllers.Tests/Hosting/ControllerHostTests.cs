using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using DpuCluster.Controllers.Hosting;
using DpuCluster.Controllers.Leases;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing;

namespace DpuCluster.Controllers.Tests.Hosting;

public sealed class ControllerHostTests : HostFixture
{
    private const string LeasePath = "/apis/coordination.k8s.io/v1/namespaces/leases/leases/test.dpu.nvidia.com";
    private static readonly HttpClient Http = new(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true });

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
        using var any = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        any.Start();
        var port = ((IPEndPoint)any.LocalEndpoint).Port;
        any.Stop();
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

    [Fact]
    public async Task A_reconciliation_is_traced_with_its_object_and_its_outcome()
    {
        var traced = new ConcurrentQueue<(string? Controller, string? Name, ActivityStatusCode Status)>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Tracing.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => traced.Enqueue(
                ((string?)activity.GetTagItem("controller"), (string?)activity.GetTagItem("k8s.object.name"), activity.Status)),
        };
        ActivitySource.AddActivityListener(listener);
        var tries = 0;
        await RunAsync(Host(reconcile: (key, _) => key.Name == "traced" && Interlocked.Increment(ref tries) == 1
            ? throw new InvalidOperationException("not the first time")
            : Task.FromResult(ReconcileResult.Done)));
        await Maps.CreateAsync(Map("traced"), null, default);
        await Eventually.Holds(() => traced.Count(one => one.Name == "traced") >= 2, "traced");
        traced.Where(one => one.Name == "traced").Take(2).ShouldBe(
            [("configmap", "traced", ActivityStatusCode.Error), ("configmap", "traced", ActivityStatusCode.Unset)]);
    }

    [Fact]
    public async Task Only_the_holder_of_the_lease_acts_the_other_is_ready_and_takes_over_at_once()
    {
        var acted = new ConcurrentQueue<string>();
        var first = Host(Options with { LeaderElect = true }, (key, _) => Acted(acted, $"first {key.Name}"));
        var (stop, running) = await RunAsync(first);
        await Eventually.Holds(() => first.IsLeader, "the first leads");
        var second = Host(Options with { LeaderElect = true }, (key, _) => Acted(acted, $"second {key.Name}"));
        await RunAsync(second);
        await Eventually.Get(() => Get(second.ProbeAddress!, "/readyz"), answer => answer.Code == HttpStatusCode.OK, "who waits is ready");
        await Maps.CreateAsync(Map("a"), null, default);
        await Eventually.Holds(() => !acted.IsEmpty, "acted");
        acted.ShouldBe(["first a"]);
        await Eventually.Holds(() => Server.Requests.Contains("WATCH /apis/coordination.k8s.io/v1/namespaces/leases/leases"), "the second watches the lease");

        await stop.CancelAsync();
        await running;
        var released = Stopwatch.GetTimestamp();
        await Eventually.Holds(() => acted.Contains("second a"), "the second acts");
        // Given back, and not run out; that it takes less than two seconds is shown where the clock is the test's own.
        Stopwatch.GetElapsedTime(released).ShouldBeLessThan(TimeSpan.FromSeconds(15));
        second.IsLeader.ShouldBeTrue();
    }

    [Fact]
    public async Task A_lease_that_is_lost_ends_the_host_with_an_error_and_nothing_is_written_any_more()
    {
        var begun = new TaskCompletionSource();
        Exception? refused = null;
        ControllerContext? context = null;
        var host = Host(Options with { LeaderElect = true }, async (_, cancellation) =>
        {
            begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            refused = await Record.ExceptionAsync(() => context!.Writer<ConfigMap>().CreateAsync(Map("late"), null, CancellationToken.None));
            return ReconcileResult.Done;
        });
        context = host.Context;
        var (_, running) = await RunAsync(host);
        await Maps.CreateAsync(Map("a"), null, default);
        await begun.Task.WaitAsync(Eventually.Patience);
        var lease = await Client.Resources<Lease>().GetAsync("leases", "test.dpu.nvidia.com", default);
        await Client.Resources<Lease>().ReplaceAsync(
            lease with { Metadata = lease.Metadata with { ResourceVersion = null }, Spec = lease.Spec! with { HolderIdentity = "thief" } }, null, default);
        await Should.ThrowAsync<LeadershipLostException>(running.WaitAsync(Eventually.Patience));
        refused.ShouldBeOfType<LeadershipLostException>();
        Server.Find(LeasePath)!["spec"]!["holderIdentity"]!.GetValue<string>().ShouldBe("thief");
    }

    [Fact]
    public async Task A_host_that_cannot_renew_its_lease_stands_by_and_then_does_what_was_cut_short_and_what_has_come_since()
    {
        var begun = new TaskCompletionSource();
        var cutShort = new TaskCompletionSource();
        var reconciled = new ConcurrentQueue<string>();
        Exception? refused = null;
        ControllerContext? context = null;
        var options = Options with { LeaderElect = true, Times = Options.Times with { LeaseDuration = TimeSpan.FromSeconds(6), RenewDeadline = TimeSpan.FromSeconds(3), RetryPeriod = TimeSpan.FromMilliseconds(200) } };
        var background = 0;
        var ended = false;
        var host = ControllerHost.CreateBuilder(options)
            .Lease("test.dpu.nvidia.com")
            .AddController(made => (context = made).Controller("configmap").For<ConfigMap>().Build(async (key, cancellation) =>
            {
                if (begun.TrySetResult())
                {
                    await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    refused = await Record.ExceptionAsync(() => made.Writer<ConfigMap>().CreateAsync(Map("late"), null, CancellationToken.None));
                    cutShort.SetResult();
                    cancellation.ThrowIfCancellationRequested();
                }

                reconciled.Enqueue(key.Name);
                return ReconcileResult.Done;
            }))
            .AddBackground(async (_, cancellation) =>
            {
                Interlocked.Increment(ref background);
                await Task.Delay(Timeout.Infinite, cancellation);
            })
            .AddCleanUp(() =>
            {
                ended = true;
                return ValueTask.CompletedTask;
            })
            .Build();
        var (stop, running) = await RunAsync(host);
        await Maps.CreateAsync(Map("cut short"), null, default);
        await begun.Task.WaitAsync(Eventually.Patience);
        Server.Refuse = (_, path) => path.Contains("/leases", StringComparison.Ordinal) ? 503 : null;
        await cutShort.Task.WaitAsync(Eventually.Patience);
        await Eventually.Holds(() => Logs.Lines.Any(line => line.Text.Contains("standing by", StringComparison.Ordinal)), "it stands by");
        refused.ShouldBeOfType<LeadershipLostException>();
        await Maps.CreateAsync(Map("new"), null, default);
        await Eventually.Holds(() => context!.Informers.For<ConfigMap>().Store.Find("ns", "new") is not null, "it has seen what is new");
        host.IsLeader.ShouldBeFalse();
        (await Get(host.MetricsAddress!, "/metrics")).Text.ShouldContain("leader_election_master_status{name=\"test.dpu.nvidia.com\"} 0");
        reconciled.ShouldBeEmpty("nobody may act without the lease");

        Server.Refuse = (_, _) => null;
        await Eventually.Holds(() => host.IsLeader, "it has its lease again");
        await Eventually.Holds(() => reconciled.Contains("cut short") && reconciled.Contains("new"), "all is done");
        ended.ShouldBeFalse();
        running.IsCompleted.ShouldBeFalse();
        background.ShouldBeGreaterThan(1, "background work has begun anew");
        await stop.CancelAsync();
        await running.WaitAsync(Eventually.Patience);
        ended.ShouldBeTrue();
    }

    [Fact]
    public async Task Told_to_end_it_finishes_what_runs_begins_nothing_and_gives_the_lease_back_last()
    {
        var begun = new TaskCompletionSource();
        var finish = new TaskCompletionSource();
        var reconciled = new ConcurrentQueue<string>();
        var host = ControllerHost.CreateBuilder(Options with { LeaderElect = true }).Lease("test.dpu.nvidia.com").AddController(context =>
            context.Controller("configmap").For<ConfigMap>().Workers(1).Build(async (key, cancellation) =>
            {
                begun.TrySetResult();
                await finish.Task;
                cancellation.IsCancellationRequested.ShouldBeFalse();
                reconciled.Enqueue(key.Name);
                return ReconcileResult.Done;
            })).Build();
        var (stop, running) = await RunAsync(host);
        await Maps.CreateAsync(Map("runs"), null, default);
        await begun.Task.WaitAsync(Eventually.Patience);
        await Maps.CreateAsync(Map("waits"), null, default);
        await stop.CancelAsync();
        Server.Find(LeasePath)!["spec"]!["holderIdentity"]!.GetValue<string>().ShouldNotBeEmpty();
        running.IsCompleted.ShouldBeFalse();
        finish.SetResult();
        await running.WaitAsync(Eventually.Patience);
        reconciled.ShouldBe(["runs"]);
        Server.Find(LeasePath)!["spec"]!["holderIdentity"]!.GetValue<string>().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_does_not_finish_in_time_is_cut_short()
    {
        var begun = new TaskCompletionSource();
        var host = Host(Options with { ShutdownTimeout = TimeSpan.FromMilliseconds(100) }, async (_, cancellation) =>
        {
            begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
            return ReconcileResult.Done;
        });
        var (stop, running) = await RunAsync(host);
        await Maps.CreateAsync(Map("a"), null, default);
        await begun.Task.WaitAsync(Eventually.Patience);
        await stop.CancelAsync();
        await running.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task While_a_write_may_still_be_on_its_way_the_lease_is_not_given_back()
    {
        var go = new TaskCompletionSource();
        using var answer = new ManualResetEventSlim();
        using var sent = new SemaphoreSlim(0);
        var host = ControllerHost.CreateBuilder(Options with { LeaderElect = true, ShutdownTimeout = TimeSpan.FromMilliseconds(100) })
            .Lease("test.dpu.nvidia.com")
            .AddController(context => context.Controller("configmap").For<ConfigMap>().Workers(1).Build(async (_, cancellation) =>
            {
                await go.Task;
                await context.Writer<ConfigMap>().CreateAsync(Map("late"), null, cancellation);
                return ReconcileResult.Done;
            }))
            .Build();
        var (stop, running) = await RunAsync(host);
        await Eventually.Holds(() => host.IsLeader, "it leads");
        await Maps.CreateAsync(Map("a"), null, default);
        Server.Refuse = (method, path) =>
        {
            if (method == "POST" && path.EndsWith("configmaps", StringComparison.Ordinal))
            {
                sent.Release();
                answer.Wait();
            }

            return null;
        };
        go.SetResult();
        await sent.WaitAsync().WaitAsync(Eventually.Patience);
        await stop.CancelAsync();
        await running.WaitAsync(Eventually.Patience);
        var holder = Server.Find(LeasePath)!["spec"]!["holderIdentity"]!.GetValue<string>();
        answer.Set();
        holder.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Background_work_runs_beside_and_its_failure_ends_the_host()
    {
        var host = ControllerHost.CreateBuilder(Options)
            .AddBackground((_, _) => throw new InvalidOperationException("the boiler is cold"))
            .Build();
        var (_, running) = await RunAsync(host);
        (await Should.ThrowAsync<InvalidOperationException>(running.WaitAsync(Eventually.Patience))).Message.ShouldBe("the boiler is cold");
    }

    private static Task<ReconcileResult> Acted(ConcurrentQueue<string> log, string what)
    {
        log.Enqueue(what);
        return Task.FromResult(ReconcileResult.Done);
    }

    private static async Task<(HttpStatusCode Code, string Text)> Get(Uri at, string path, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(at, path));
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var response = await Http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private ControllerHost Host(ControllerHostOptions? options = null, Reconcile? reconcile = null) =>
        ControllerHost.CreateBuilder(options ?? Options)
            .Lease("test.dpu.nvidia.com")
            .AddController(context => context.Controller("configmap").For<ConfigMap>().Build(reconcile ?? ((_, _) => Task.FromResult(ReconcileResult.Done))))
            .Build();
}
