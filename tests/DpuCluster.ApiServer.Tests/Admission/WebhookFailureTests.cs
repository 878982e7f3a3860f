using System.Globalization;
using System.Net;
using System.Text;
using DpuCluster.ApiServer.Admission;
using DpuCluster.Testing;
using Microsoft.AspNetCore.Http;
using static DpuCluster.ApiServer.Tests.Admission.WebhookText;

namespace DpuCluster.ApiServer.Tests.Admission;

public sealed class WebhookFailureTests
{
    [Fact]
    public async Task Webhook_that_does_not_answer_in_time_ends_the_request()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.AtRaw("/slow", (http, _) => Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
        await server.ValidateWithAsync(Hook(hooks, "/slow", hook => hook["timeoutSeconds"] = 1));

        var refused = await server.CreateAsync("a", HttpStatusCode.InternalServerError);

        refused.Message().ShouldBe(
            $"Internal error occurred: failed calling webhook \"slow.example.com\": failed to call webhook: Post \"{hooks.Address}slow?timeout=1s\": context deadline exceeded");
        refused["reason"]!.ToString().ShouldBe("InternalError");
        refused["details"]!["causes"]![0]!["message"]!.ToString().ShouldStartWith("failed calling webhook");
    }

    [Fact]
    public async Task Webhook_that_fails_is_passed_over_where_its_policy_is_to_ignore()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        await server.ValidateWithAsync(Hook(hooks, "/missing", hook => hook["failurePolicy"] = "Ignore"));
        await server.MutateWithAsync("m", Hook(hooks, "/missing", hook => hook["failurePolicy"] = "Ignore"));

        await server.CreateAsync("a");

        hooks.AskedAt("/missing").Count.ShouldBe(2);
        using var metrics = await server.SendAsync("GET /metrics");
        var text = await metrics.Content.ReadAsStringAsync();
        text.ShouldContain("apiserver_admission_webhook_fail_open_count{name=\"missing.example.com\",type=\"admit\"} 1");
        text.ShouldContain("apiserver_admission_webhook_request_total{code=\"404\",name=\"missing.example.com\",operation=\"CREATE\",rejected=\"false\",type=\"validating\"} 1");
        text.ShouldContain("apiserver_admission_webhook_admission_duration_seconds_count{name=\"missing.example.com\",operation=\"CREATE\",rejected=\"false\",type=\"validating\"} 1");
    }

    [Fact]
    public async Task Refusal_counts_whatever_the_failure_policy()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.At("/no", _ => Deny("no"));
        await server.ValidateWithAsync(Hook(hooks, "/no", hook => hook["failurePolicy"] = "Ignore"));

        await server.CreateAsync("a", HttpStatusCode.BadRequest);

        using var metrics = await server.SendAsync("GET /metrics");
        (await metrics.Content.ReadAsStringAsync()).ShouldContain(
            "apiserver_admission_webhook_rejection_count{error_type=\"no_error\",name=\"no.example.com\",operation=\"CREATE\",rejection_code=\"400\",type=\"validating\"} 1");
    }

    [Theory]
    [InlineData(500, "boom", "an error on the server (\"boom\") has prevented the request from succeeding")]
    [InlineData(404, "", "the server could not find the requested resource")]
    [InlineData(503, "", "the server is currently unable to handle the request")]
    public async Task Status_of_an_answer_that_is_none_is_told(int code, string body, string message)
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.AtRaw("/bad", async (http, _) =>
        {
            http.Response.StatusCode = code;
            http.Response.ContentType = "text/plain";
            await http.Response.WriteAsync(body);
        });
        await server.ValidateWithAsync(Hook(hooks, "/bad"));

        (await server.CreateAsync("a", HttpStatusCode.InternalServerError)).Message()
            .ShouldBe($"Internal error occurred: failed calling webhook \"bad.example.com\": failed to call webhook: {message}");
    }

    [Theory]
    [InlineData("""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}""", "webhook response was absent")]
    [InlineData("""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"other","allowed":true}}""", "expected response.uid=\"UID\", got \"other\"")]
    [InlineData("""{"response":{"uid":"UID","allowed":true}}""", "expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got /, Kind=")]
    [InlineData("""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"UID","allowed":true,"patch":"W10=","patchType":"JSONPatch"}}""", "validating webhook may not return response.patch")]
    public async Task Answer_that_does_not_fit_the_review_is_no_answer(string answer, string message)
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        var uid = "";
        hooks.AtRaw("/bad", async (http, review) =>
        {
            uid = review["request"]!["uid"]!.ToString();
            await http.Response.WriteAsync(answer.Replace("UID", uid, StringComparison.Ordinal));
        });
        await server.ValidateWithAsync(Hook(hooks, "/bad"));

        var refused = await server.CreateAsync("a", HttpStatusCode.InternalServerError);

        refused.Message().ShouldBe(
            $"Internal error occurred: failed calling webhook \"bad.example.com\": received invalid webhook response: {message.Replace("UID", uid, StringComparison.Ordinal)}");
    }

    [Fact]
    public async Task Certificate_of_an_authority_that_the_configuration_does_not_name_is_not_trusted()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.At("/all", _ => Allow());
        await server.ValidateWithAsync(Hook(hooks, "/all", hook =>
            hook["clientConfig"]!["caBundle"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(server.Server.CertificateAuthority.CertificatePem))));

        (await server.CreateAsync("a", HttpStatusCode.InternalServerError)).Message()
            .ShouldEndWith($"Post \"{hooks.Address}all?timeout=30s\": tls: failed to verify certificate: x509: certificate signed by unknown authority");
        hooks.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Certificate_for_another_name_is_not_trusted()
    {
        await using var hooks = await WebhookServer.StartAsync("hooks.example.com");
        await using var server = await TestServer.StartAsync();
        await server.ValidateWithAsync(Hook(hooks, "/all"));

        (await server.CreateAsync("a", HttpStatusCode.InternalServerError)).Message()
            .ShouldEndWith("tls: failed to verify certificate: x509: cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs");
    }

    [Fact]
    public async Task Webhook_that_is_not_there_ends_the_request()
    {
        // A port that is given to nobody else: one that a server had before may be another's by now.
        await using var hooks = await WebhookServer.StartAsync();
        var url = $"https://127.0.0.1:{FreePorts.Next()}/gone";
        await using var server = await TestServer.StartAsync();
        await server.ValidateWithAsync(Hook(hooks, "/gone", hook => hook["clientConfig"]!["url"] = url));

        (await server.CreateAsync("a", HttpStatusCode.InternalServerError)).Message().ShouldBe(
            $"Internal error occurred: failed calling webhook \"gone.example.com\": failed to call webhook: Post \"{url}?timeout=30s\": dial tcp: connect: connection refused");
    }

    [Fact]
    public async Task Answer_without_end_is_cut_off()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.AtRaw("/flood", async (http, _) =>
        {
            var block = new byte[64 * 1024];
            while (!http.RequestAborted.IsCancellationRequested) await http.Response.Body.WriteAsync(block, http.RequestAborted);
        });
        await server.ValidateWithAsync(Hook(hooks, "/flood"));

        (await server.CreateAsync("a", HttpStatusCode.InternalServerError)).Message()
            .ShouldEndWith(string.Create(CultureInfo.InvariantCulture, $"the answer is larger than {WebhookClient.MostOfAnswer} bytes"));
    }

    [Fact]
    public async Task Bundle_that_is_none_is_told()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        await server.ValidateWithAsync(Hook(hooks, "/all", hook => hook["clientConfig"]!["caBundle"] = "bm90IFBFTQ=="));

        (await server.CreateAsync("a", HttpStatusCode.InternalServerError)).Message()
            .ShouldEndWith("could not get REST client: unable to load root certificates: unable to parse bytes as PEM block");
    }
}
