using System.Diagnostics;
using System.Net;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace DpuCluster.Faults.Tests;

/// <summary>What a client sees of faults of single requests.</summary>
public sealed class RequestFaultTests : ProxyFixture
{
    public static TheoryData<string, int, string> Answers() => new()
    {
        { nameof(KubernetesFaults.Unauthorized), 401, StatusReason.Unauthorized },
        { nameof(KubernetesFaults.Forbidden), 403, StatusReason.Forbidden },
        { nameof(KubernetesFaults.NotFound), 404, StatusReason.NotFound },
        { nameof(KubernetesFaults.Conflict), 409, StatusReason.Conflict },
        { nameof(KubernetesFaults.Expired), 410, StatusReason.Expired },
        { nameof(KubernetesFaults.InternalError), 500, StatusReason.InternalError },
        { nameof(KubernetesFaults.Unavailable), 503, StatusReason.ServiceUnavailable },
        { nameof(KubernetesFaults.TooLarge), 504, StatusReason.Timeout },
    };

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task Without_a_fault_everything_passes(HttpProtocols protocols)
    {
        await SpeakAsync(protocols);
        var client = Through();
        var made = await client.Resources<ConfigMap>().CreateAsync(new() { Metadata = new() { Namespace = Namespace, Name = "a" } }, null, default);
        (await Maps.GetAsync(Namespace, "a", default)).Metadata.Uid.ShouldBe(made.Metadata.Uid);
        (await client.Resources<ConfigMap>().DeleteAsync(Namespace, "a", null, default)).ShouldBe(DeleteResult.Deleted);
        (await client.Resources<ConfigMap>().FindAsync(Namespace, "a", default)).ShouldBeNull();
        Proxy.Requests.Select(request => (request.Method, request.Protocol)).ShouldBe(
            new[] { "POST", "DELETE", "GET" }.Select(method => (method, protocols == HttpProtocols.Http1 ? "HTTP/1.1" : "HTTP/2")));
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_error_is_what_reads_writes_and_watches_are_told(string fault, int code, string reason)
    {
        Proxy.Plan = _ => (Fault)typeof(KubernetesFaults).GetProperty(fault)!.GetValue(null)!;
        var client = Through();
        var maps = client.Resources<ConfigMap>();
        var failures = new[]
        {
            await Should.ThrowAsync<KubernetesException>(maps.ListAsync(Namespace, null, default)),
            await Should.ThrowAsync<KubernetesException>(maps.DeleteAsync(Namespace, "a", null, default)),
            (await CollectAsync(client, "1")).End.ShouldBeOfType<KubernetesException>(),
        };
        failures.ShouldAllBe(failure => (int)failure.Code == code && failure.Reason == reason);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(7)]
    public async Task Too_many_requests_may_say_for_how_long(int? seconds)
    {
        Proxy.Plan = _ => KubernetesFaults.TooManyRequests(seconds);
        var failure = await Should.ThrowAsync<KubernetesException>(Through().GetVersionAsync(default));
        failure.Code.ShouldBe(HttpStatusCode.TooManyRequests);
        failure.RetryAfter.ShouldBe(seconds is { } asked ? TimeSpan.FromSeconds(asked) : null);
    }

    [Fact]
    public async Task The_page_of_a_load_balancer_is_no_answer()
    {
        Proxy.Plan = _ => KubernetesFaults.WrongContentType;
        var client = Through();
        await Should.ThrowAsync<IOException>(client.Resources<ConfigMap>().ListAsync(Namespace, null, default));
        (await CollectAsync(client, "1")).End.ShouldBeOfType<IOException>();
    }

    [Theory]
    [InlineData(HttpProtocols.Http1, StreamEnd.Cut)]
    [InlineData(HttpProtocols.Http2, StreamEnd.Cut)]
    [InlineData(HttpProtocols.Http1, StreamEnd.Truncated)]
    [InlineData(HttpProtocols.Http2, StreamEnd.Truncated)]
    public async Task An_answer_that_ends_early_is_an_error(HttpProtocols protocols, StreamEnd end)
    {
        await SpeakAsync(protocols);
        await CreateAsync("a");
        Proxy.Plan = _ => new StreamFault { EndAfter = 100, End = end };
        var failure = await Record.ExceptionAsync(() => Through().Resources<ConfigMap>().ListAsync(Namespace, null, default));
        (failure is IOException or HttpRequestException).ShouldBeTrue($"{failure}");
        failure!.Message.Contains("cannot be read", StringComparison.Ordinal).ShouldBe(end == StreamEnd.Truncated, failure.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_answer_that_does_not_come_or_stops_is_a_time_out(bool begins)
    {
        Proxy.Plan = _ => begins ? new StreamFault { EndAfter = 100, End = StreamEnd.Stalled } : new StallFault();
        var client = Through(new() { RequestTimeout = TimeSpan.FromSeconds(2) });
        await Should.ThrowAsync<TimeoutException>(client.Resources<ConfigMap>().ListAsync(null, null, default));
        await Eventually.Holds(() => Proxy.ActiveRequests == 0, "who gave up is forgotten");
    }

    [Fact]
    public async Task A_delay_is_a_delay()
    {
        var delay = TimeSpan.FromMilliseconds(300);
        Proxy.Plan = _ => new DelayFault(delay);
        var started = Stopwatch.GetTimestamp();
        await Through().GetVersionAsync(default);
        Stopwatch.GetElapsedTime(started).ShouldBeGreaterThanOrEqualTo(delay - TimeSpan.FromMilliseconds(20), "timers tick in steps");
    }

    [Fact]
    public async Task A_write_whose_answer_is_lost_was_made_and_one_that_stalled_was_not()
    {
        Proxy.Plan = _ => new StreamFault { EndAfter = 0 };
        var failure = await Record.ExceptionAsync(() => Through().Resources<ConfigMap>().CreateAsync(new() { Metadata = new() { Namespace = Namespace, Name = "made" } }, null, default));
        (failure is IOException or HttpRequestException).ShouldBeTrue($"{failure}");
        var maps = Through(new() { RequestTimeout = TimeSpan.FromSeconds(2), MaxRetries = 0 }).Resources<ConfigMap>();
        Proxy.Plan = _ => new StallFault();
        await Should.ThrowAsync<TimeoutException>(maps.CreateAsync(new() { Metadata = new() { Namespace = Namespace, Name = "stalled" } }, null, default));
        await Eventually.Holds(() => Proxy.ActiveRequests == 0, "who gave up is forgotten");
        (await Maps.FindAsync(Namespace, "made", default)).ShouldNotBeNull();
        (await Maps.FindAsync(Namespace, "stalled", default)).ShouldBeNull();
    }

    [Fact]
    public void The_same_seed_gives_the_same_faults_and_stopped_there_are_none()
    {
        var requests = Enumerable.Range(0, 500).Select(i => new ProxiedRequest(i % 3 == 0 ? "PUT" : "GET", "/", i % 3 == 1 ? "?watch=true" : "", "HTTP/2")).ToList();
        var (one, same, other) = (new RandomFaults(1), new RandomFaults(1), new RandomFaults(2));
        var met = requests.ConvertAll(one.OnRequest);
        requests.ConvertAll(same.OnRequest).ShouldBe(met);
        requests.ConvertAll(other.OnRequest).ShouldNotBe(met);
        one.Count.ShouldBe(met.Count(fault => fault is not null));
        one.Count.ShouldBeInRange(100, 450);
        one.Stop();
        requests.ConvertAll(one.OnRequest).ShouldAllBe(fault => fault == null);
        one.OnConnect().ShouldBeNull();
    }
}
