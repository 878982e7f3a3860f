using System.Net;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Kubernetes.Tests.Client;

public sealed class RetryTests
{
    private const string Map = """{"metadata":{"name":"m","namespace":"n"}}""";

    private static readonly ConfigMap Object = new() { Metadata = new() { Name = "m", Namespace = "n" } };

    private readonly ManualClock _clock = new();
    private readonly Observer _observer = new();

    private KubernetesClientOptions Options => new() { Clock = _clock, RequestTimeout = TimeSpan.FromMinutes(2), MaxRetries = 3, Observer = _observer };

    [Theory]
    [InlineData("create", 429, true)]
    [InlineData("patch", 429, true)]
    [InlineData("get", 503, true)]
    [InlineData("replace", 503, true)]
    [InlineData("apply", 503, true)]
    [InlineData("delete", 503, true)]
    [InlineData("create", 503, false)]
    [InlineData("patch", 503, false)]
    [InlineData("get", 500, false)]
    public async Task A_request_is_repeated_when_the_server_asks_and_it_is_safe(string verb, int code, bool repeated)
    {
        var answers = 0;
        await using var server = await FakeServer.Start((_, response) =>
        {
            response.Headers.RetryAfter = "3";
            return ++answers == 1 ? FakeServer.Answer(response, code, "busy", "text/plain") : FakeServer.Answer(response, 200, Map);
        });
        using var client = new KubernetesClient(server.Configuration, Options);
        var maps = client.Resources<ConfigMap>();
        var patch = Patch.Merge(new System.Text.Json.Nodes.JsonObject());
        Func<Task> act = verb switch
        {
            "get" => () => maps.GetAsync("n", "m", default),
            "create" => () => maps.CreateAsync(Object, null, default),
            "replace" => () => maps.ReplaceAsync(Object, null, default),
            "patch" => () => maps.PatchAsync("n", "m", patch, null, default),
            "apply" => () => maps.ApplyAsync(Object, new WriteOptions { FieldManager = "f" }, default),
            _ => () => maps.DeleteAsync("n", "m", null, default),
        };
        if (repeated)
        {
            await act();
            _clock.Delays.Single().ShouldBeInRange(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3.75));
            server.Requests.Count.ShouldBe(2);
            server.Requests.Select(seen => seen.Body).Distinct().Count().ShouldBe(1);
            _observer.Codes.ShouldBe([(HttpStatusCode)code, HttpStatusCode.OK]);
        }
        else
        {
            var thrown = await Should.ThrowAsync<KubernetesException>(act);
            thrown.Code.ShouldBe((HttpStatusCode)code);
            thrown.RetryAfter.ShouldBe(TimeSpan.FromSeconds(3));
            _clock.Delays.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Retries_end_and_a_long_wait_is_left_to_the_caller()
    {
        var wait = "1";
        await using var server = await FakeServer.Start((_, response) =>
        {
            response.Headers.RetryAfter = wait;
            return FakeServer.Status(response, 429, "TooManyRequests", "slow down");
        });
        using var client = new KubernetesClient(server.Configuration, Options);
        await Should.ThrowAsync<KubernetesException>(() => client.Resources<ConfigMap>().GetAsync("n", "m", default));
        server.Requests.Count.ShouldBe(4);
        wait = "300";
        var thrown = await Should.ThrowAsync<KubernetesException>(() => client.Resources<ConfigMap>().GetAsync("n", "m", default));
        thrown.RetryAfter.ShouldBe(TimeSpan.FromMinutes(5));
        server.Requests.Count.ShouldBe(5);
    }

    [Fact]
    public async Task A_status_is_read_in_full()
    {
        await using var server = await FakeServer.Start((_, response) => FakeServer.Status(
            response, 422, "Invalid", "is invalid", """{"name":"m","causes":[{"reason":"FieldValueInvalid","message":"bad","field":"spec.x"}]}"""));
        using var client = new KubernetesClient(server.Configuration, Options);
        var thrown = await Should.ThrowAsync<KubernetesException>(() => client.Resources<ConfigMap>().CreateAsync(Object, null, default));
        (thrown.Code, thrown.Reason, thrown.Message, thrown.Status.Details!.Causes![0].Field).ShouldBe((HttpStatusCode.UnprocessableEntity, "Invalid", "is invalid", "spec.x"));
    }

    [Theory]
    [InlineData(302, null)]
    [InlineData(502, null)]
    [InlineData(409, "Conflict")]
    public async Task An_error_without_a_status_becomes_one(int code, string? reason)
    {
        await using var server = await FakeServer.Start((_, response) =>
        {
            response.Headers.Location = "/elsewhere";
            return FakeServer.Answer(response, code, "<html>\u0007" + new string('x', 5000), "text/html");
        });
        using var client = new KubernetesClient(server.Configuration, Options);
        var thrown = await Should.ThrowAsync<KubernetesException>(() => client.Resources<ConfigMap>().GetAsync("n", "m", default));
        (thrown.Code, thrown.Status.Reason).ShouldBe(((HttpStatusCode)code, reason));
        thrown.Message.Length.ShouldBeLessThan(700);
        thrown.Message.ShouldNotContain('\u0007');
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_a_time_out_that_names_the_request_and_no_credential()
    {
        await using var server = await FakeServer.Start((_, response) => Task.Delay(Timeout.Infinite, response.HttpContext.RequestAborted));
        var configuration = server.Configuration with { Token = new StaticToken("s3cret") };
        using var client = new KubernetesClient(configuration, new() { RequestTimeout = TimeSpan.FromMilliseconds(200) });
        var thrown = await Should.ThrowAsync<TimeoutException>(() => client.Resources<ConfigMap>().GetAsync("n", "m", default));
        thrown.Message.ShouldBe($"GET /api/v1/namespaces/n/configmaps/m: no answer from {server.Address.Authority} within 0.2 s");
        (thrown + configuration.ToString()).ShouldNotContain("s3cret");
        using var cancel = new CancellationTokenSource();
        using var patient = new KubernetesClient(configuration);
        var get = patient.Resources<ConfigMap>().GetAsync("n", "m", cancel.Token);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => get);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_an_HttpRequestException()
    {
        using var client = new KubernetesClient(new() { Server = new("http://127.0.0.1:1"), Username = "u", Password = "s3cret" }, Options);
        (await Should.ThrowAsync<HttpRequestException>(() => client.GetVersionAsync(default))).ToString().ShouldNotContain("s3cret");
        _observer.Codes.ShouldBe([null]);
    }

    private sealed class Observer : IClientObserver
    {
        public List<HttpStatusCode?> Codes { get; } = [];

        public void RequestFinished(in FinishedRequest request) => Codes.Add(request.Code);
    }
}
