using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using static DpuCluster.ApiServer.Tests.Admission.WebhookText;

namespace DpuCluster.ApiServer.Tests.Admission;

public sealed class ValidatingWebhookTests
{
    [Fact]
    public async Task Review_tells_who_does_what_to_which_object()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.At("/all", _ => Allow());
        await server.ValidateWithAsync(Hook(hooks, "/all"));

        await server.AskAsync($"POST {ConfigMaps}?fieldManager=me&fieldValidation=Strict", TestServer.ConfigMap("a", "1"), HttpStatusCode.Created);
        await server.AskAsync($"PATCH {ConfigMaps}/a", """{"data":{"k":"2"}}""");
        await server.AskAsync($"DELETE {ConfigMaps}/a", """{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background"}""");

        var asked = hooks.AskedAt("/all");
        asked.Select(a => a["operation"]!.ToString()).ShouldBe(["CREATE", "UPDATE", "DELETE"]);
        var create = asked[0];
        create["kind"]!.ToJsonString().ShouldBe("""{"group":"","version":"v1","kind":"ConfigMap"}""");
        create["resource"]!.ToJsonString().ShouldBe("""{"group":"","version":"v1","resource":"configmaps"}""");
        create["requestResource"]!.ToJsonString().ShouldBe(create["resource"]!.ToJsonString());
        create["name"]!.ToString().ShouldBe("a");
        create["namespace"]!.ToString().ShouldBe("default");
        create["userInfo"]!.ToJsonString().ShouldBe("""{"username":"kubernetes-admin","groups":["system:masters","system:authenticated"]}""");
        create["options"]!.ToJsonString().ShouldBe("""{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1","fieldManager":"me","fieldValidation":"Strict"}""");
        create["dryRun"]!.GetValue<bool>().ShouldBeFalse();
        create["object"]!["data"]!["k"]!.ToString().ShouldBe("1");
        create["object"]!["metadata"]!["uid"]!.ToString().ShouldNotBeEmpty();
        create.ContainsKey("oldObject").ShouldBeTrue();
        create["oldObject"].ShouldBeNull();
        asked[1]["object"]!["data"]!["k"]!.ToString().ShouldBe("2");
        asked[1]["oldObject"]!["data"]!["k"]!.ToString().ShouldBe("1");
        asked[2]["object"].ShouldBeNull();
        asked[2]["oldObject"]!["data"]!["k"]!.ToString().ShouldBe("2");
        asked[2]["options"]!["propagationPolicy"]!.ToString().ShouldBe("Background");
    }

    [Theory]
    [InlineData("""{"allowed":false,"status":{"message":"no","code":403,"reason":"Forbidden"}}""", 403, "Forbidden", "admission webhook \"no.example.com\" denied the request: no")]
    [InlineData("""{"allowed":false,"status":{"reason":"TooBad"}}""", 400, "TooBad", "admission webhook \"no.example.com\" denied the request: TooBad")]
    [InlineData("""{"allowed":false,"status":{"code":200}}""", 400, null, "admission webhook \"no.example.com\" denied the request without explanation")]
    [InlineData("""{"allowed":false}""", 400, null, "admission webhook \"no.example.com\" denied the request without explanation")]
    public async Task Refusal_reaches_the_client_with_the_name_of_the_webhook(string response, int code, string? reason, string message)
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.At("/no", _ => JsonNode.Parse(response)!.AsObject());
        await server.ValidateWithAsync(Hook(hooks, "/no"));

        var refused = await server.CreateAsync("a", (HttpStatusCode)code);

        refused.Message().ShouldBe(message);
        refused["reason"]?.ToString().ShouldBe(reason);
        refused["code"]!.GetValue<int>().ShouldBe(code);
        using var there = await server.SendAsync($"GET {ConfigMaps}/a");
        there.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Update_and_deletion_that_are_refused_leave_the_object_as_it_was()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.At("/no", request => request["operation"]!.ToString() == "CREATE" ? Allow() : Deny("stays"));
        await server.ValidateWithAsync(Hook(hooks, "/no"));
        var created = await server.CreateAsync("a");

        (await server.AskAsync($"PATCH {ConfigMaps}/a", """{"data":{"k":"2"}}""", HttpStatusCode.BadRequest)).Message().ShouldEndWith(": stays");
        (await server.AskAsync($"DELETE {ConfigMaps}/a", status: HttpStatusCode.BadRequest)).Message().ShouldEndWith(": stays");
        (await server.AskAsync($"DELETE {ConfigMaps}", status: HttpStatusCode.BadRequest)).Message().ShouldEndWith(": stays");

        (await server.AskAsync($"GET {ConfigMaps}/a")).ToJsonString().ShouldBe(created.ToJsonString());
        hooks.AskedAt("/no")[^1]["name"]!.ToString().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Webhook_that_refuses_everything_cannot_keep_its_configuration()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.At("/no", _ => Deny());
        await server.ValidateWithAsync(Hook(hooks, "/no", hook => hook["rules"] = new JsonArray(Rule("*", "*", "*", "*/*"))));
        await server.MutateWithAsync("m", Hook(hooks, "/no", hook => hook["rules"] = new JsonArray(Rule("*", "*", "*", "*/*"))));
        await server.CreateAsync("a", HttpStatusCode.BadRequest);

        await server.AskAsync($"DELETE {Group}/mutatingwebhookconfigurations/m");
        await server.AskAsync($"DELETE {Group}/validatingwebhookconfigurations/checks");

        await server.CreateAsync("a");
    }

    [Fact]
    public async Task Warnings_of_all_webhooks_are_told()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        foreach (var path in (string[])["/one", "/two"])
            hooks.At(path, _ => new JsonObject { ["allowed"] = true, ["warnings"] = new JsonArray($"beware of {path[1..]}") });
        await server.ValidateWithAsync(Hook(hooks, "/one"), Hook(hooks, "/two"));

        using var response = await server.SendAsync($"POST {ConfigMaps}", TestServer.ConfigMap("a"));

        response.Headers.GetValues("Warning").Order().ShouldBe(["299 - \"beware of one\"", "299 - \"beware of two\""]);
        using var update = await server.SendAsync($"PATCH {ConfigMaps}/a", """{"data":{"k":"2"}}""");
        update.Headers.GetValues("Warning").Count().ShouldBe(2);
    }

    [Fact]
    public async Task Dry_run_asks_and_says_so()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.At("/all", _ => Allow());
        await server.ValidateWithAsync(Hook(hooks, "/all"));

        await server.AskAsync($"POST {ConfigMaps}?dryRun=All", TestServer.ConfigMap("a"), HttpStatusCode.Created);

        var asked = hooks.AskedAt("/all").ShouldHaveSingleItem();
        asked["dryRun"]!.GetValue<bool>().ShouldBeTrue();
        asked["options"]!["dryRun"]!.ToJsonString().ShouldBe("""["All"]""");
    }

    [Fact]
    public async Task Invalid_object_is_refused_before_anybody_is_asked()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.At("/all", _ => Allow());
        await server.ValidateWithAsync(Hook(hooks, "/all"));

        await server.CreateAsync("Not_A_Name", HttpStatusCode.UnprocessableEntity);

        hooks.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task First_refusal_in_order_is_told_although_all_are_asked_at_once()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        var second = new TaskCompletionSource();
        hooks.AtRaw("/one", async (http, review) =>
        {
            // Only answers when the other was asked too.
            await second.Task;
            var response = Deny("one");
            response["uid"] = review["request"]!["uid"]!.DeepClone();
            await http.Response.WriteAsJsonAsync(new JsonObject { ["apiVersion"] = "admission.k8s.io/v1", ["kind"] = "AdmissionReview", ["response"] = response });
        });
        hooks.At("/two", _ =>
        {
            second.TrySetResult();
            return Deny("two");
        });
        await server.ValidateWithAsync(Hook(hooks, "/one"), Hook(hooks, "/two"));

        (await server.CreateAsync("a", HttpStatusCode.BadRequest)).Message().ShouldEndWith(": one");
    }
}
