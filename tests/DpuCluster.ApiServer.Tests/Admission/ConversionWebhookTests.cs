using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace DpuCluster.ApiServer.Tests.Admission;

public sealed class ConversionWebhookTests
{
    private const string V1 = "/apis/example.com/v1/things";
    private const string V2 = "/apis/example.com/v2/things";

    [Fact]
    public async Task Objects_are_converted_by_the_web_service_on_writing_and_reading()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.AtRaw("/convert", (http, review) => ConvertAsync(http, review));
        await DefineAsync(server, hooks);

        var created = await server.AskAsync($"POST {V2}", """{"apiVersion":"example.com/v2","kind":"Thing","metadata":{"name":"a"},"size":3}""", HttpStatusCode.Created);
        created["size"]!.GetValue<int>().ShouldBe(3);
        (await server.AskAsync($"GET {V1}/a"))["old"]!.ToString().ShouldBe("3");
        await server.AskAsync($"PATCH {V1}/a", """{"old":"5"}""");
        (await server.AskAsync($"GET {V2}/a"))["size"]!.GetValue<int>().ShouldBe(5);
        (await server.AskAsync($"PATCH {V2}/a", """{"size":7}"""))["size"]!.GetValue<int>().ShouldBe(7);
        (await server.AskAsync($"GET {V2}"))["items"]![0]!["size"]!.GetValue<int>().ShouldBe(7);
        (await server.AskAsync($"GET {V1}/a"))["old"]!.ToString().ShouldBe("7");
        using var watch = await server.WatchAsync($"{V2}?watch=true&resourceVersion=0");
        (await watch.NextAsync())!["object"]!["size"]!.GetValue<int>().ShouldBe(7);
    }

    [Fact]
    public async Task Each_state_is_converted_once_for_all_who_read_it()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.AtRaw("/convert", (http, review) => ConvertAsync(http, review));
        await DefineAsync(server, hooks);
        await server.AskAsync($"POST {V1}", """{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"a"},"old":"3"}""", HttpStatusCode.Created);
        hooks.Asked.ShouldBeEmpty();

        for (var i = 0; i < 5; i++) await server.AskAsync($"GET {V2}/a");

        hooks.AskedAt("/convert").ShouldHaveSingleItem()["desiredAPIVersion"]!.ToString().ShouldBe("example.com/v2");
    }

    [Fact]
    public async Task Watch_whose_web_service_hangs_keeps_no_other_watch_waiting()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        var (asked, mayAnswer) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        hooks.AtRaw("/convert", async (http, review) =>
        {
            asked.TrySetResult();

            // The server gives up after 30 s: what waited for this answer gets its event only then, and finds it refused.
            await mayAnswer.Task.WaitAsync(http.RequestAborted);
            await ConvertAsync(http, review);
        });
        await DefineAsync(server, hooks);
        using var early = await server.WatchAsync($"{V1}?watch=true");
        using var hanging = await server.WatchAsync($"{V2}?watch=true");
        using var late = await server.WatchAsync($"{V1}?watch=true");

        await server.AskAsync($"POST {V1}", """{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"a"},"old":"3"}""", HttpStatusCode.Created);

        (await early.NextAsync())!["object"]!["old"]!.ToString().ShouldBe("3");
        (await late.NextAsync())!["object"]!["old"]!.ToString().ShouldBe("3");
        await asked.Task.WaitAsync(TimeSpan.FromMinutes(2));
        mayAnswer.SetResult();
        (await hanging.NextAsync())!["object"]!["size"]!.GetValue<int>().ShouldBe(3);
    }

    [Fact]
    public async Task Watches_that_wait_for_the_same_conversion_share_it_and_a_failed_one_is_tried_again()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.AtRaw("/convert", (http, review) => ConvertAsync(http, review, "message"));
        await DefineAsync(server, hooks);
        await server.AskAsync($"POST {V1}", """{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"a"},"old":"3"}""", HttpStatusCode.Created);
        await server.AskAsync($"GET {V2}/a", status: HttpStatusCode.InternalServerError);
        hooks.AtRaw("/convert", (http, review) => ConvertAsync(http, review));
        (await server.AskAsync($"GET {V2}/a"))["size"]!.GetValue<int>().ShouldBe(3);
        var watches = new List<TestWatch>();
        for (var i = 0; i < 5; i++) watches.Add(await server.WatchAsync($"{V2}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"));
        foreach (var watch in watches) (await watch.NextAsync())!["object"]!["size"]!.GetValue<int>().ShouldBe(3);

        await server.AskAsync($"PATCH {V1}/a", """{"old":"5"}""");

        foreach (var watch in watches)
        {
            (await watch.NextAsync())!["object"]!["size"]!.GetValue<int>().ShouldBe(5);
            watch.Dispose();
        }

        // Refused, made for the reader and then the watches, and made of the next state.
        hooks.AskedAt("/convert").Count(request => request["desiredAPIVersion"]!.ToString() == "example.com/v2").ShouldBe(3);
    }

    [Theory]
    [InlineData("message", "conversion webhook for example.com/v1, Kind=Thing failed: cannot")]
    [InlineData("name", "conversion webhook for example.com/v1, Kind=Thing returned invalid object: must have the same name: a != b")]
    [InlineData("version", "conversion webhook for example.com/v1, Kind=Thing returned invalid object at index 0: invalid groupVersion (expected example.com/v2, received example.com/v3)")]
    public async Task What_the_web_service_may_not_do_is_told(string wrong, string message)
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.AtRaw("/convert", (http, review) => ConvertAsync(http, review, wrong));
        await DefineAsync(server, hooks);
        await server.AskAsync($"POST {V1}", """{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"a"},"old":"3"}""", HttpStatusCode.Created);

        (await server.AskAsync($"GET {V2}/a", status: HttpStatusCode.InternalServerError)).Message().ShouldBe(message);
        (await server.AskAsync($"GET {V2}", status: HttpStatusCode.InternalServerError)).Message().ShouldBe(message);
    }

    private static Task ConvertAsync(HttpContext http, JsonObject review, string wrong = "")
    {
        var request = review["request"]!;
        var obj = request["objects"]![0]!.DeepClone().AsObject();
        obj["apiVersion"] = wrong == "version" ? "example.com/v3" : request["desiredAPIVersion"]!.DeepClone();
        if (wrong == "name") obj["metadata"]!["name"] = "b";
        if (obj.Remove("old", out var old)) obj["size"] = int.Parse(old!.ToString(), System.Globalization.CultureInfo.InvariantCulture);
        else if (obj.Remove("size", out var size)) obj["old"] = size!.ToString();
        var result = wrong == "message" ? new JsonObject { ["status"] = "Failure", ["message"] = "cannot" } : new JsonObject { ["status"] = "Success" };
        return http.Response.WriteAsync(new JsonObject
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "ConversionReview",
            ["response"] = new JsonObject { ["uid"] = request["uid"]!.DeepClone(), ["result"] = result, ["convertedObjects"] = new JsonArray(obj) },
        }.ToJsonString());
    }

    private static Task<JsonObject> DefineAsync(TestServer server, WebhookServer hooks) =>
        server.AskAsync("POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions", """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.example.com"},
             "spec":{"group":"example.com","scope":"Cluster","names":{"kind":"Thing","plural":"things"},
              "conversion":{"strategy":"Webhook","webhook":{"conversionReviewVersions":["v1"],"clientConfig":{"url":"ADDRESSconvert","caBundle":"BUNDLE"}}},
              "versions":[
               {"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"old":{"type":"string"}}}}},
               {"name":"v2","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object","properties":{"size":{"type":"integer"}}}}}]}}
            """.Replace("ADDRESS", hooks.Address.ToString(), StringComparison.Ordinal).Replace("BUNDLE", hooks.CaBundle, StringComparison.Ordinal), HttpStatusCode.Created);
}
