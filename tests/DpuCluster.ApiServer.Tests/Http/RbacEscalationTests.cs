using System.Net;
using System.Text.Json.Nodes;
using DpuCluster.Testing;

namespace DpuCluster.ApiServer.Tests.Http;

public sealed class RbacEscalationTests
{
    private const string Rbac = "/apis/rbac.authorization.k8s.io/v1";

    private static readonly Dictionary<string, string> Jane = new() { ["Impersonate-User"] = "jane" };

    [Fact]
    public async Task Role_with_rights_that_its_writer_lacks_is_refused_and_says_which()
    {
        await using var server = await TestServer.StartAsync();
        await GrantAsync(server, """{"verbs":["create","update","patch"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"]}""",
            """{"verbs":["get"],"apiGroups":[""],"resources":["secrets"]}""");

        var refused = await server.AskAsync($"POST {Rbac}/clusterroles",
            Role("more", """[{"verbs":["get","list","watch"],"apiGroups":[""],"resources":["secrets"]},{"verbs":["get"],"nonResourceURLs":["/secret"]}]"""), HttpStatusCode.Forbidden, Jane);

        refused["message"]!.ToString().ShouldBe(
            "clusterroles.rbac.authorization.k8s.io \"more\" is forbidden: user \"jane\" (groups=[\"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n"
            + "{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"list\" \"watch\"]}\n{NonResourceURLs:[\"/secret\"], Verbs:[\"get\"]}");
        await server.AskAsync($"POST {Rbac}/clusterroles", Role("same", """[{"verbs":["get"],"apiGroups":[""],"resources":["secrets"],"resourceNames":["one"]}]"""), HttpStatusCode.Created, Jane);
        await server.AskAsync($"PATCH {Rbac}/clusterroles/same", """{"rules":[{"verbs":["delete"],"apiGroups":[""],"resources":["secrets"]}]}""", HttpStatusCode.Forbidden, Jane);
        await server.AskAsync($"PATCH {Rbac}/clusterroles/same", """{"metadata":{"finalizers":["example.com/hold"]}}""", headers: Jane);
    }

    [Fact]
    public async Task Right_to_one_named_object_is_not_a_right_to_all()
    {
        await using var server = await TestServer.StartAsync();
        await GrantAsync(server, """{"verbs":["create"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"]}""",
            """{"verbs":["get"],"apiGroups":[""],"resources":["secrets"],"resourceNames":["one"]}""", """{"verbs":["update"],"apiGroups":["apps"],"resources":["*/scale"]}""");

        await server.AskAsync($"POST {Rbac}/clusterroles", Role("all", """[{"verbs":["get"],"apiGroups":[""],"resources":["secrets"]}]"""), HttpStatusCode.Forbidden, Jane);
        await server.AskAsync($"POST {Rbac}/clusterroles", Role("scale", """[{"verbs":["update"],"apiGroups":["apps"],"resources":["deployments/scale"]}]"""), HttpStatusCode.Created, Jane);
    }

    [Fact]
    public async Task Verb_escalate_lets_a_role_grant_anything()
    {
        await using var server = await TestServer.StartAsync();
        await GrantAsync(server, """{"verbs":["create","escalate"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"]}""");
        await server.AskAsync($"POST {Rbac}/clusterroles", Role("all", """[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]"""), HttpStatusCode.Created, Jane);
    }

    [Fact]
    public async Task Role_can_only_be_bound_by_those_who_have_its_rights_or_may_bind_it()
    {
        await using var server = await TestServer.StartAsync();
        await GrantAsync(server, """{"verbs":["create"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["rolebindings","clusterrolebindings"]}""",
            """{"verbs":["bind"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"],"resourceNames":["view"]}""");

        var refused = await server.AskAsync($"POST {Rbac}/clusterrolebindings", ClusterBinding("b", "cluster-admin"), HttpStatusCode.Forbidden, Jane);
        refused["message"]!.ToString().ShouldBe(
            "clusterrolebindings.rbac.authorization.k8s.io \"b\" is forbidden: user \"jane\" (groups=[\"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n"
            + "{APIGroups:[\"*\"], Resources:[\"*\"], Verbs:[\"*\"]}\n{NonResourceURLs:[\"*\"], Verbs:[\"*\"]}");
        await server.AskAsync($"POST {Rbac}/namespaces/default/rolebindings", Binding("b", "view"), HttpStatusCode.Created, Jane);
        var missing = await server.AskAsync($"POST {Rbac}/clusterrolebindings", ClusterBinding("b", "missing"), HttpStatusCode.NotFound, Jane);
        missing["message"]!.ToString().ShouldBe("clusterrole.rbac.authorization.k8s.io \"missing\" not found");
    }

    [Fact]
    public async Task Applying_what_is_not_there_needs_the_right_to_create()
    {
        await using var server = await TestServer.StartAsync();
        await GrantAsync(server, """{"verbs":["patch"],"apiGroups":[""],"resources":["configmaps"]}""");
        var headers = new Dictionary<string, string>(Jane) { ["Content-Type"] = "application/apply-patch+yaml" };

        var refused = await server.AskAsync("PATCH /api/v1/namespaces/default/configmaps/a?fieldManager=me",
            """{"apiVersion":"v1","kind":"ConfigMap","data":{"k":"v"}}""", HttpStatusCode.Forbidden, headers);

        refused["message"]!.ToString().ShouldBe("configmaps \"a\" is forbidden: User \"jane\" cannot create resource \"configmaps\" in API group \"\" in the namespace \"default\"");
    }

    [Fact]
    public async Task Aggregating_role_needs_all_rights_and_gathers_those_of_the_roles_that_it_selects()
    {
        await using var server = await TestServer.StartAsync();
        await GrantAsync(server, """{"verbs":["create"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"]}""");
        var gathers = Role("gathers", "[]");
        gathers["aggregationRule"] = JsonNode.Parse("""{"clusterRoleSelectors":[{"matchLabels":{"part":"yes"}}]}""");
        (await server.AskAsync($"POST {Rbac}/clusterroles", gathers, HttpStatusCode.Forbidden, Jane))["message"]!.ToString()
            .ShouldBe("clusterroles.rbac.authorization.k8s.io \"gathers\" is forbidden: must have cluster-admin privileges to use the aggregationRule");
        await server.AskAsync($"POST {Rbac}/clusterroles", gathers, HttpStatusCode.Created);

        foreach (var name in (string[])["b", "a"])
        {
            var part = Role(name, $$"""[{"verbs":["get"],"apiGroups":["{{name}}.example.com"],"resources":["things"]},{"verbs":["list"],"apiGroups":[""],"resources":["pods"]}]""");
            part["metadata"]!["labels"] = new JsonObject { ["part"] = "yes" };
            await server.AskAsync($"POST {Rbac}/clusterroles", part, HttpStatusCode.Created);
        }

        await RulesBecomeAsync(server, "gathers", ["get a.example.com", "list ", "get b.example.com"]);
        await server.AskAsync($"PATCH {Rbac}/clusterroles/a", """{"metadata":{"labels":null}}""");
        await RulesBecomeAsync(server, "gathers", ["get b.example.com", "list "]);
        await server.AskAsync($"DELETE {Rbac}/clusterroles/b");
        await RulesBecomeAsync(server, "gathers", []);
        (await server.AskAsync($"GET {Rbac}/clusterroles/gathers"))["metadata"]!["managedFields"]!.AsArray()
            .Select(e => e!["manager"]!.ToString()).ShouldContain("clusterrole-aggregation-controller");
    }

    [Fact]
    public async Task Roles_for_users_take_in_what_is_labelled_for_them()
    {
        await using var server = await TestServer.StartAsync();
        var part = Role("things-view", """[{"verbs":["get"],"apiGroups":["example.com"],"resources":["things"]}]""");
        part["metadata"]!["labels"] = new JsonObject { ["rbac.authorization.k8s.io/aggregate-to-view"] = "true" };
        await server.AskAsync($"POST {Rbac}/clusterroles", part, HttpStatusCode.Created);

        foreach (var role in (string[])["view", "edit", "admin"])
        {
            await Eventually.Get(() => server.AskAsync($"GET {Rbac}/clusterroles/{role}"),
                read => Rules(read).Contains("get example.com") && Rules(read).Count > 3, $"{role} takes the role in");
        }
    }

    private static Task<JsonObject> RulesBecomeAsync(TestServer server, string role, string[] rules) =>
        Eventually.Get(() => server.AskAsync($"GET {Rbac}/clusterroles/{role}"), read => Rules(read).SequenceEqual(rules), $"{role} has the rules");

    private static List<string> Rules(JsonObject role) =>
        [.. (role["rules"] as JsonArray ?? []).Select(rule => $"{rule!["verbs"]![0]} {rule["apiGroups"]?[0]}")];

    private static JsonObject Role(string name, string rules) => new()
    {
        ["apiVersion"] = "rbac.authorization.k8s.io/v1",
        ["kind"] = "ClusterRole",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["rules"] = JsonNode.Parse(rules),
    };

    private static JsonObject Binding(string name, string role) => new()
    {
        ["apiVersion"] = "rbac.authorization.k8s.io/v1",
        ["kind"] = "RoleBinding",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "ClusterRole", ["name"] = role },
        ["subjects"] = new JsonArray(new JsonObject { ["kind"] = "User", ["name"] = "somebody", ["apiGroup"] = "rbac.authorization.k8s.io" }),
    };

    private static JsonObject ClusterBinding(string name, string role)
    {
        var binding = Binding(name, role);
        binding["kind"] = "ClusterRoleBinding";
        return binding;
    }

    private static async Task GrantAsync(TestServer server, params string[] rules)
    {
        await server.AskAsync($"POST {Rbac}/clusterroles", Role("jane", $"[{string.Join(',', rules)}]"), HttpStatusCode.Created);
        var binding = ClusterBinding("jane", "jane");
        binding["subjects"]![0]!["name"] = "jane";
        await server.AskAsync($"POST {Rbac}/clusterrolebindings", binding, HttpStatusCode.Created);
    }
}
