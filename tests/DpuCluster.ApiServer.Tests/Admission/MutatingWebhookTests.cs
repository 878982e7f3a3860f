using System.Net;
using System.Text.Json.Nodes;
using static DpuCluster.ApiServer.Tests.Admission.WebhookText;

namespace DpuCluster.ApiServer.Tests.Admission;

public sealed class MutatingWebhookTests
{
    [Fact]
    public async Task Webhooks_change_the_object_one_after_the_other_by_name_of_their_configurations()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        foreach (var path in (string[])["/one", "/two", "/three"])
        {
            hooks.At(path, request =>
            {
                var order = request["object"]!["data"]?["order"]?.ToString();
                return Patch($$"""[{"op":"add","path":"/data/order","value":"{{order}}{{path}}"}]""");
            });
        }

        await server.MutateWithAsync("b", Hook(hooks, "/two"), Hook(hooks, "/three"));
        await server.MutateWithAsync("a", Hook(hooks, "/one"));

        var created = await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap("a", "v"), HttpStatusCode.Created);

        created["data"]!["order"]!.ToString().ShouldBe("/one/two/three");
        (await server.AskAsync($"GET {ConfigMaps}/a"))["data"]!["order"]!.ToString().ShouldBe("/one/two/three");
    }

    [Fact]
    public async Task What_webhooks_make_of_an_object_is_validated_and_refused_like_anything_else()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.At("/label", _ => Patch("""[{"op":"add","path":"/metadata/labels","value":{"l":"not a label"}}]"""));
        await server.MutateWithAsync("m", Hook(hooks, "/label"));

        (await server.CreateAsync("a", HttpStatusCode.UnprocessableEntity)).Message().ShouldContain("metadata.labels: Invalid value: \"not a label\"");
    }

    [Fact]
    public async Task Validating_webhooks_see_what_mutating_ones_have_made()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.At("/set", _ => Patch("""[{"op":"replace","path":"/data/k","value":"set"}]"""));
        hooks.At("/see", _ => Allow());
        await server.MutateWithAsync("m", Hook(hooks, "/set"));
        await server.ValidateWithAsync(Hook(hooks, "/see"));

        await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap("a", "given"), HttpStatusCode.Created);

        hooks.AskedAt("/set").ShouldHaveSingleItem()["object"]!["metadata"]!["uid"].ShouldBeNull();
        hooks.AskedAt("/see").ShouldHaveSingleItem()["object"]!["data"]!["k"]!.ToString().ShouldBe("set");
    }

    [Fact]
    public async Task Fields_that_a_webhook_sets_are_owned_by_nobody()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.At("/set", _ => Patch("""[{"op":"add","path":"/data/added","value":"x"}]"""));
        await server.MutateWithAsync("m", Hook(hooks, "/set"));

        var applied = await server.AskAsync($"PATCH {ConfigMaps}/a?fieldManager=me", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"mine":"1"}}""",
            HttpStatusCode.Created, new Dictionary<string, string> { ["Content-Type"] = "application/apply-patch+yaml" });

        applied["data"]!["added"]!.ToString().ShouldBe("x");
        applied["metadata"]!["managedFields"]!.AsArray().ShouldHaveSingleItem()!["fieldsV1"]!.ToJsonString().ShouldBe("""{"f:data":{"f:mine":{}}}""");
    }

    [Fact]
    public async Task Owners_that_a_webhook_breaks_are_restored_with_a_warning()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.At("/break", _ => Patch("""[{"op":"replace","path":"/metadata/managedFields/0/fieldsV1","value":{"x":{}}}]"""));
        await server.MutateWithAsync("m", Hook(hooks, "/break"));

        using var response = await server.SendAsync($"POST {ConfigMaps}?fieldManager=me", TestServer.ConfigMap("a", "v"));

        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        response.Headers.GetValues("Warning").Single().ShouldContain(".metadata.managedFields was in an invalid state after admission");
        var created = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        created["metadata"]!["managedFields"]![0]!["fieldsV1"]!.ToJsonString().ShouldBe("""{"f:data":{".":{},"f:k":{}}}""");
    }

    [Fact]
    public async Task Webhook_that_wants_it_is_asked_again_once_when_a_later_one_has_changed_the_object()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.At("/curious", request => Patch($$"""[{"op":"add","path":"/data/seen","value":"{{request["object"]!["data"]!["k"]}}"}]"""));
        hooks.At("/content", _ => Allow());
        hooks.At("/changes", _ => Patch("""[{"op":"replace","path":"/data/k","value":"changed"}]"""));
        await server.MutateWithAsync("m",
            Hook(hooks, "/curious", hook => hook["reinvocationPolicy"] = "IfNeeded"), Hook(hooks, "/content"), Hook(hooks, "/changes"));

        var created = await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap("a", "given"), HttpStatusCode.Created);

        created["data"]!["seen"]!.ToString().ShouldBe("changed");
        hooks.Asked.Select(asked => asked.Path).ShouldBe(["/curious", "/content", "/changes", "/curious"]);
    }

    [Fact]
    public async Task Defaults_are_filled_in_after_a_change()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.At("/port", _ => Patch("""[{"op":"add","path":"/spec/ports/-","value":{"port":81,"name":"b"}}]"""));
        await server.MutateWithAsync("m", Hook(hooks, "/port", hook => hook["rules"] = new JsonArray(Rule("CREATE", "", "v1", "services"))));

        var created = await server.AskAsync("POST /api/v1/namespaces/default/services",
            """{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"ports":[{"port":80,"name":"a"}]}}""", HttpStatusCode.Created);

        created["spec"]!["ports"]![1]!.ToJsonString().ShouldBe("""{"name":"b","protocol":"TCP","port":81,"targetPort":81}""");
    }

    [Theory]
    [InlineData("""{"allowed":true,"patch":"W10="}""", "received invalid webhook response: webhook returned response.patch but not response.patchType")]
    [InlineData("""{"allowed":true,"patchType":"JSONPatch"}""", "received invalid webhook response: webhook returned response.patchType but not response.patch")]
    [InlineData("""{"allowed":true,"patch":"W10=","patchType":"Merge"}""", "unsupported patch type \"Merge\"")]
    public async Task Patch_and_its_type_go_together(string response, string message)
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.At("/bad", _ => JsonNode.Parse(response)!.AsObject());
        await server.MutateWithAsync("m", Hook(hooks, "/bad"));

        (await server.CreateAsync("a", HttpStatusCode.InternalServerError)).Message()
            .ShouldBe($"Internal error occurred: failed calling webhook \"bad.example.com\": {message}");
    }

    [Fact]
    public async Task Patch_that_does_not_apply_ends_the_request_whatever_the_failure_policy()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.At("/bad", _ => Patch("""[{"op":"remove","path":"/data/nothing"}]"""));
        await server.MutateWithAsync("m", Hook(hooks, "/bad", hook => hook["failurePolicy"] = "Ignore"));

        (await server.CreateAsync("a", HttpStatusCode.InternalServerError)).Message().ShouldStartWith("Internal error occurred: ");
    }

    [Fact]
    public async Task Deletion_cannot_be_patched()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        await server.CreateAsync("a");
        hooks.At("/bad", _ => Patch("""[{"op":"add","path":"/data","value":{}}]"""));
        await server.MutateWithAsync("m", Hook(hooks, "/bad"));

        (await server.AskAsync($"DELETE {ConfigMaps}/a", status: HttpStatusCode.InternalServerError)).Message().ShouldBe(
            "Internal error occurred: admission webhook \"bad.example.com\" attempted to modify the object, which is not supported for this operation");
    }

    [Fact]
    public async Task Scale_is_reviewed_as_a_scale_and_can_be_changed_as_one()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        await server.AskAsync("POST /apis/apps/v1/namespaces/default/deployments", """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},
             "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
            """, HttpStatusCode.Created);
        hooks.At("/scale", _ => Patch("""[{"op":"replace","path":"/spec/replicas","value":7}]"""));
        await server.MutateWithAsync("m", Hook(hooks, "/scale", hook => hook["rules"] = new JsonArray(Rule("UPDATE", "apps", "v1", "deployments/scale"))));

        var scale = await server.AskAsync("PATCH /apis/apps/v1/namespaces/default/deployments/d/scale", """{"spec":{"replicas":3}}""");

        scale["spec"]!["replicas"]!.GetValue<int>().ShouldBe(7);
        var asked = hooks.AskedAt("/scale").ShouldHaveSingleItem();
        asked["kind"]!.ToJsonString().ShouldBe("""{"group":"autoscaling","version":"v1","kind":"Scale"}""");
        asked["subResource"]!.ToString().ShouldBe("scale");
        asked["object"]!["spec"]!["replicas"]!.GetValue<int>().ShouldBe(3);
        asked["oldObject"]!["spec"]!["replicas"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public async Task Concurrent_writers_through_a_webhook_lose_nothing()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        await server.CreateAsync("a");
        hooks.At("/pass", _ => Patch("""[{"op":"add","path":"/metadata/annotations","value":{"seen":"yes"}}]"""));
        await server.MutateWithAsync("m", Hook(hooks, "/pass"));

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => server.AskAsync($"PATCH {ConfigMaps}/a", $$$"""{"data":{"k{{{i}}}":"v"}}""")));

        (await server.AskAsync($"GET {ConfigMaps}/a"))["data"]!.AsObject().Count.ShouldBe(20);
    }
}
