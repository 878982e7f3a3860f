using System.Net;
using System.Text.Json.Nodes;
using static DpuCluster.ApiServer.Tests.Admission.WebhookText;

namespace DpuCluster.ApiServer.Tests.Admission;

public sealed class WebhookMatchingTests
{
    private const string Things = """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.example.com"},
         "spec":{"group":"example.com","scope":"Cluster","names":{"kind":"Thing","plural":"things"},"versions":[
          {"name":"v1","served":true,"storage":true,"subresources":{"status":{}},"schema":{"openAPIV3Schema":{"type":"object","properties":{"a":{"type":"string"},"status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}},
          {"name":"v2","served":true,"storage":false,"subresources":{"status":{}},"schema":{"openAPIV3Schema":{"type":"object","properties":{"a":{"type":"string"},"status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}]}}
        """;

    [Theory]
    [InlineData("*", "", "v1", "configmaps", "*", true)]
    [InlineData("CREATE", "*", "*", "*", "Namespaced", true)]
    [InlineData("CREATE", "", "v1", "*/*", "*", true)]
    [InlineData("CREATE", "", "v1", "configmaps/*", "*", true)]
    [InlineData("UPDATE", "", "v1", "configmaps", "*", false)]
    [InlineData("CREATE", "apps", "v1", "configmaps", "*", false)]
    [InlineData("CREATE", "", "v2", "configmaps", "*", false)]
    [InlineData("CREATE", "", "v1", "secrets", "*", false)]
    [InlineData("CREATE", "", "v1", "configmaps/status", "*", false)]
    [InlineData("CREATE", "", "v1", "configmaps", "Cluster", false)]
    public async Task Rules_say_what_a_webhook_is_asked_about(string operation, string group, string version, string resource, string scope, bool asked)
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.At("/all", _ => Allow());
        var rule = Rule(operation, group, version, resource);
        rule["scope"] = scope;
        await server.ValidateWithAsync(Hook(hooks, "/all", hook => hook["rules"] = new JsonArray(rule)));

        await server.CreateAsync("a");

        hooks.Asked.IsEmpty.ShouldBe(!asked);
    }

    [Fact]
    public async Task Subresources_are_only_asked_about_where_a_rule_names_them()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.At("/all", _ => Allow());
        await server.AskAsync("POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions", Things, HttpStatusCode.Created);
        await server.AskAsync("POST /apis/example.com/v1/things", """{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"a"}}""", HttpStatusCode.Created);
        await server.ValidateWithAsync(Hook(hooks, "/all", hook => hook["rules"] = new JsonArray(Rule("UPDATE", "example.com", "v1", "things/status"))));

        await server.AskAsync("PATCH /apis/example.com/v1/things/a", """{"a":"x"}""");
        await server.AskAsync("PATCH /apis/example.com/v1/things/a/status", """{"status":{"s":1}}""");

        var asked = hooks.Asked.ShouldHaveSingleItem().Request;
        asked["subResource"]!.ToString().ShouldBe("status");
        asked["object"]!["status"]!["s"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public async Task Request_for_another_version_is_seen_under_the_version_that_the_rule_names()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        await server.AskAsync("POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions", Things, HttpStatusCode.Created);
        hooks.At("/equivalent", _ => Patch("""[{"op":"add","path":"/a","value":"set"}]"""));
        hooks.At("/exact", _ => Deny());
        var rule = Rule("*", "example.com", "v1", "things");
        await server.MutateWithAsync("m",
            Hook(hooks, "/equivalent", hook => hook["rules"] = new JsonArray(rule.DeepClone())),
            Hook(hooks, "/exact", hook =>
            {
                hook["rules"] = new JsonArray(rule.DeepClone());
                hook["matchPolicy"] = "Exact";
            }));

        var created = await server.AskAsync("POST /apis/example.com/v2/things", """{"apiVersion":"example.com/v2","kind":"Thing","metadata":{"name":"a"}}""", HttpStatusCode.Created);

        created["apiVersion"]!.ToString().ShouldBe("example.com/v2");
        created["a"]!.ToString().ShouldBe("set");
        var asked = hooks.Asked.ShouldHaveSingleItem().Request;
        asked["kind"]!["version"]!.ToString().ShouldBe("v1");
        asked["requestKind"]!["version"]!.ToString().ShouldBe("v2");
        asked["object"]!["apiVersion"]!.ToString().ShouldBe("example.com/v1");
    }

    [Fact]
    public async Task Namespace_selector_looks_at_the_labels_of_the_namespace()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.At("/no", _ => Deny());
        await server.AskAsync("POST /api/v1/namespaces", """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"guarded","labels":{"guard":"on"}}}""", HttpStatusCode.Created);
        await server.ValidateWithAsync(Hook(hooks, "/no", hook =>
        {
            hook["namespaceSelector"] = JsonNode.Parse("""{"matchLabels":{"guard":"on"}}""");
            hook["rules"] = new JsonArray(Rule("CREATE", "", "v1", "configmaps"), Rule("*", "", "v1", "namespaces"));
        }));

        await server.CreateAsync("a");
        await server.AskAsync("POST /api/v1/namespaces/guarded/configmaps", TestServer.ConfigMap("a"), HttpStatusCode.BadRequest);
        await server.AskAsync("POST /api/v1/namespaces", """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"free"}}""", HttpStatusCode.Created);
        await server.AskAsync("POST /api/v1/namespaces", """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n","labels":{"guard":"on"}}}""", HttpStatusCode.BadRequest);
        hooks.Asked.Last().Request["namespace"]!.ToString().ShouldBe("n");
        await server.AskAsync("DELETE /api/v1/namespaces/guarded", status: HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Object_selector_looks_at_the_new_and_the_old_object()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.At("/all", _ => Allow());
        await server.ValidateWithAsync(Hook(hooks, "/all", hook => hook["objectSelector"] = JsonNode.Parse("""{"matchExpressions":[{"key":"l","operator":"Exists"}]}""")));

        await server.CreateAsync("a");
        hooks.Asked.Count.ShouldBe(0);
        await server.AskAsync($"PATCH {ConfigMaps}/a", """{"metadata":{"labels":{"l":"x"}}}""");
        hooks.Asked.Count.ShouldBe(1);
        await server.AskAsync($"PATCH {ConfigMaps}/a", """{"metadata":{"labels":null}}""");
        hooks.Asked.Count.ShouldBe(2);
        await server.AskAsync($"PATCH {ConfigMaps}/a", """{"data":{"k":"v"}}""");
        hooks.Asked.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("request.userInfo.username == 'kubernetes-admin'", true)]
    [InlineData("!('system:masters' in request.userInfo.groups)", false)]
    [InlineData("request.operation == 'CREATE' && request.resource.resource == 'configmaps'", true)]
    [InlineData("object.metadata.name.startsWith('b')", false)]
    [InlineData("has(object.data) && object.data.k == 'v'", true)]
    [InlineData("oldObject == null", true)]
    [InlineData("request.dryRun", false)]
    [InlineData("authorizer.group('').resource('configmaps').namespace('default').check('create').allowed()", true)]
    [InlineData("authorizer.serviceAccount('default', 'robot').group('').resource('configmaps').check('create').allowed()", false)]
    [InlineData("authorizer.serviceAccount('default', 'robot').path('/version').check('get').allowed()", true)]
    [InlineData("authorizer.serviceAccount('default', 'robot').path('/metrics').check('get').allowed()", false)]
    [InlineData("authorizer.requestResource.check('update').allowed() && !authorizer.requestResource.check('update').errored()", true)]
    [InlineData("authorizer.requestResource.subresource('x').name('y').labelSelector('a=b').fieldSelector('c=d').check('get').reason() != ''", false)]
    public async Task Match_conditions_decide_whether_a_webhook_is_asked(string expression, bool asked)
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.At("/all", _ => Allow());
        await server.ValidateWithAsync(Hook(hooks, "/all", hook =>
            hook["matchConditions"] = new JsonArray(new JsonObject { ["name"] = "c", ["expression"] = expression })));

        await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap("a", "v"), HttpStatusCode.Created);

        hooks.Asked.IsEmpty.ShouldBe(!asked);
    }

    [Theory]
    [InlineData("authorizer.path('').check('get').allowed()", "resulted in error: path must not be empty")]
    [InlineData("authorizer.serviceAccount('default', 'No Name').path('/').check('get').allowed()", "resulted in error: Invalid service account name")]
    [InlineData("['get', 'list', 'watch'].all(verb, authorizer.requestResource.check(verb).allowed())", "cost limit")]
    public async Task Condition_that_asks_for_what_cannot_be_asked_ends_the_request(string expression, string error)
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.At("/all", _ => Allow());
        await server.ValidateWithAsync(Hook(hooks, "/all", hook =>
            hook["matchConditions"] = new JsonArray(new JsonObject { ["name"] = "c", ["expression"] = expression })));

        (await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap("a", "v"), HttpStatusCode.Forbidden)).Message().ShouldContain(error);

        hooks.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Match_condition_that_fails_ends_the_request_or_passes_the_webhook_over()
    {
        await using var hooks = await WebhookServer.StartAsync();
        await using var server = await TestServer.StartAsync();
        hooks.At("/all", _ => Allow());
        JsonObject Failing(string policy) => Hook(hooks, "/all", hook =>
        {
            hook["failurePolicy"] = policy;
            hook["matchConditions"] = new JsonArray(new JsonObject { ["name"] = "c", ["expression"] = "object.data.missing == 'x'" });
        });
        await server.ValidateWithAsync(Failing("Ignore"));
        await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap("a", "v"), HttpStatusCode.Created);
        await server.AskAsync($"PATCH {Group}/validatingwebhookconfigurations/checks", new JsonObject { ["webhooks"] = new JsonArray(Failing("Fail")) });

        var refused = await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap("b", "v"), HttpStatusCode.Forbidden);

        refused.Message().ShouldBe("configmaps \"b\" is forbidden: expression 'object.data.missing == 'x'' resulted in error: no such key: missing");
        hooks.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Service_that_is_not_there_or_has_nobody_behind_it_is_told_and_one_that_has_is_asked()
    {
        await using var hooks = await WebhookServer.StartAsync("hook.default.svc");
        await using var server = await TestServer.StartAsync();
        hooks.At("/all", _ => Allow());
        await server.ValidateWithAsync(Hook(hooks, "/all", hook => hook["clientConfig"] = new JsonObject
        {
            ["service"] = new JsonObject { ["namespace"] = "default", ["name"] = "hook", ["path"] = "/all" },
            ["caBundle"] = hooks.CaBundle,
        }));

        const string post = "Internal error occurred: failed calling webhook \"all.example.com\": failed to call webhook: Post \"https://hook.default.svc:443/all?timeout=30s\": ";
        (await server.CreateAsync("a", HttpStatusCode.InternalServerError)).Message().ShouldBe(post + "service \"hook\" not found");
        await server.AskAsync("POST /api/v1/namespaces/default/services",
            """{"apiVersion":"v1","kind":"Service","metadata":{"name":"hook"},"spec":{"ports":[{"port":443,"targetPort":9443}]}}""", HttpStatusCode.Created);
        (await server.CreateAsync("a", HttpStatusCode.InternalServerError)).Message().ShouldBe(post + "no endpoints available for service \"hook\"");
        if (WebhookServer.OwnAddress is not { } address) return;
        await server.AskAsync("POST /apis/discovery.k8s.io/v1/namespaces/default/endpointslices", $$$"""
            {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"hook-1","labels":{"kubernetes.io/service-name":"hook"}},
             "addressType":"IPv4","endpoints":[{"addresses":["{{{address}}}"],"conditions":{"ready":true}}],"ports":[{"name":"","port":{{{hooks.Address.Port}}}}]}
            """, HttpStatusCode.Created);

        await server.CreateAsync("a");

        hooks.Asked.ShouldHaveSingleItem();
    }
}
