using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Background;

/// <summary>The cluster roles that users of any cluster expect, and who has them from the start.</summary>
internal static class BootstrapRoles
{
    private const string Group = "rbac.authorization.k8s.io";

    private static readonly string[] All = ["*"];
    private static readonly string[] Read = ["get", "list", "watch"];
    private static readonly string[] Write = ["create", "delete", "deletecollection", "patch", "update"];

    private static readonly string[] CoreForAll =
    [
        "configmaps", "endpoints", "events", "namespaces", "pods", "pods/log", "pods/status", "serviceaccounts", "services", "services/status",
    ];

    private static readonly string[] AppsForAll = ["daemonsets", "daemonsets/status", "deployments", "deployments/scale", "deployments/status", "replicasets", "replicasets/scale", "replicasets/status"];

    public static IEnumerable<JsonObject> ClusterRoles()
    {
        yield return Role("cluster-admin", Rule(All, All, All), Paths(All, "*"));
        yield return Role("system:discovery", Paths(["get"], "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version", "/version/"));
        yield return Role("system:public-info-viewer", Paths(["get"], "/healthz", "/livez", "/readyz", "/version", "/version/"));
        yield return Role("system:monitoring", Paths(["get"], "/healthz", "/healthz/*", "/livez", "/livez/*", "/metrics", "/metrics/slis", "/readyz", "/readyz/*"));
        yield return Role("system:basic-user",
            Rule(["create"], ["authorization.k8s.io"], ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]),
            Rule(["create"], ["authentication.k8s.io"], ["selfsubjectreviews"]));
        yield return Role("system:auth-delegator",
            Rule(["create"], ["authentication.k8s.io"], ["tokenreviews"]),
            Rule(["create"], ["authorization.k8s.io"], ["subjectaccessreviews"]));
        yield return Gathering("admin");
        yield return Gathering("edit", "admin");
        yield return Gathering("view", "edit");
        yield return Part("admin", Admin());
        yield return Part("edit", Edit());
        yield return Part("view", View());
    }

    // The roles that users are given in their namespaces build on each other, and on all that is labelled to be part of them.
    private static JsonObject Gathering(string name, string? into = null)
    {
        var role = Role(name);
        if (into is not null) role["metadata"]!["labels"]![$"{Group}/aggregate-to-{into}"] = "true";
        role["aggregationRule"] = new JsonObject
        {
            ["clusterRoleSelectors"] = new JsonArray(new JsonObject { ["matchLabels"] = new JsonObject { [$"{Group}/aggregate-to-{name}"] = "true" } }),
        };
        return role;
    }

    private static JsonObject Part(string of, JsonObject[] rules)
    {
        var role = Role($"system:aggregate-to-{of}", rules);
        role["metadata"]!["labels"]![$"{Group}/aggregate-to-{of}"] = "true";
        return role;
    }

    private static JsonObject[] Admin() =>
    [
        Rule([.. Write, .. Read], [Group], ["rolebindings", "roles"]),
        Rule(["create"], ["authorization.k8s.io"], ["localsubjectaccessreviews"]),
    ];

    private static JsonObject[] Edit() =>
    [
        Rule(Read, [""], ["secrets"]),
        Rule(Write, [""], ["configmaps", "endpoints", "events", "pods", "secrets", "serviceaccounts", "services"]),
        Rule(["create"], [""], ["serviceaccounts/token"]),
        Rule(["impersonate"], [""], ["serviceaccounts"]),
        Rule(Write, ["apps"], ["daemonsets", "deployments", "deployments/scale", "replicasets", "replicasets/scale"]),
        Rule([.. Write, .. Read], ["coordination.k8s.io"], ["leases"]),
    ];

    private static JsonObject[] View() =>
    [
        Rule(Read, [""], CoreForAll),
        Rule(Read, ["discovery.k8s.io"], ["endpointslices"]),
        Rule(Read, ["events.k8s.io"], ["events"]),
        Rule(Read, ["apps"], AppsForAll),
    ];

    public static IEnumerable<JsonObject> ClusterRoleBindings()
    {
        yield return Binding("cluster-admin", "system:masters");
        yield return Binding("system:discovery", "system:authenticated");
        yield return Binding("system:basic-user", "system:authenticated");
        yield return Binding("system:public-info-viewer", "system:authenticated", "system:unauthenticated");
        yield return Binding("system:monitoring", "system:monitoring");
    }

    private static JsonObject Role(string name, params JsonObject[] rules) => new()
    {
        ["kind"] = "ClusterRole",
        ["apiVersion"] = $"{Group}/v1",
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["labels"] = new JsonObject { ["kubernetes.io/bootstrapping"] = "rbac-defaults" },
            ["annotations"] = new JsonObject { ["rbac.authorization.kubernetes.io/autoupdate"] = "true" },
        },
        ["rules"] = new JsonArray([.. rules]),
    };

    private static JsonObject Binding(string role, params string[] groups)
    {
        var subjects = new JsonArray();
        foreach (var group in groups) subjects.Add((JsonNode)new JsonObject { ["kind"] = "Group", ["apiGroup"] = Group, ["name"] = group });
        return new JsonObject
        {
            ["kind"] = "ClusterRoleBinding",
            ["apiVersion"] = $"{Group}/v1",
            ["metadata"] = new JsonObject
            {
                ["name"] = role,
                ["labels"] = new JsonObject { ["kubernetes.io/bootstrapping"] = "rbac-defaults" },
                ["annotations"] = new JsonObject { ["rbac.authorization.kubernetes.io/autoupdate"] = "true" },
            },
            ["roleRef"] = new JsonObject { ["apiGroup"] = Group, ["kind"] = "ClusterRole", ["name"] = role },
            ["subjects"] = subjects,
        };
    }

    private static JsonObject Rule(string[] verbs, string[] groups, string[] resources) => new()
    {
        ["verbs"] = Texts(verbs),
        ["apiGroups"] = Texts(groups),
        ["resources"] = Texts(resources),
    };

    private static JsonObject Paths(string[] verbs, params string[] paths) => new()
    {
        ["verbs"] = Texts(verbs),
        ["nonResourceURLs"] = Texts(paths),
    };

    private static JsonArray Texts(string[] texts)
    {
        var array = new JsonArray();
        foreach (var text in texts) array.Add((JsonNode)text);
        return array;
    }
}
