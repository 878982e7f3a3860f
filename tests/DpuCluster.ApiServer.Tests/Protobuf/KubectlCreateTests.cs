using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.Testing;

namespace DpuCluster.ApiServer.Tests.Protobuf;

/// <summary>The commands of kubectl that send protobuf.</summary>
public sealed class KubectlCreateTests
{
    [ToolFact("kubectl")]
    public async Task Kubectl_creates_secrets_and_config_maps()
    {
        await using var kubectl = await KubectlServer.StartAsync();
        await kubectl.RunAsync("create", "secret", "generic", "plain", "--from-literal=a=1", "--from-literal=b=two");
        var secret = await kubectl.GetAsync("secret", "plain");
        ShouldBe(secret["data"], """{"a":"MQ==","b":"dHdv"}""");
        secret["type"]!.ToString().ShouldBe("Opaque");

        await kubectl.RunAsync("create", "secret", "docker-registry", "registry", "--docker-server=r.example", "--docker-username=u", "--docker-password=p");
        var registry = await kubectl.GetAsync("secret", "registry");
        registry["type"]!.ToString().ShouldBe("kubernetes.io/dockerconfigjson");
        var login = JsonNode.Parse(Convert.FromBase64String(registry["data"]![".dockerconfigjson"]!.ToString()))!;
        login["auths"]!["r.example"]!["username"]!.ToString().ShouldBe("u");

        var issued = kubectl.Server.IssueClientCertificate("u", []);
        await File.WriteAllTextAsync(kubectl.PathOf("tls.crt"), issued.CertificatePem);
        await File.WriteAllTextAsync(kubectl.PathOf("tls.key"), issued.PrivateKeyPem);
        await kubectl.RunAsync("create", "secret", "tls", "tls", "--cert", kubectl.PathOf("tls.crt"), "--key", kubectl.PathOf("tls.key"));
        var tls = await kubectl.GetAsync("secret", "tls");
        Encoding.ASCII.GetString(Convert.FromBase64String(tls["data"]!["tls.crt"]!.ToString())).ShouldBe(issued.CertificatePem);

        await File.WriteAllBytesAsync(kubectl.PathOf("binary"), [0xff, 0xfe, 0]);
        await kubectl.RunAsync("create", "configmap", "settings", "--from-literal=text=ä", "--from-file=" + kubectl.PathOf("binary"));
        var settings = await kubectl.GetAsync("configmap", "settings");
        ShouldBe(settings["data"], """{"text":"ä"}""");
        ShouldBe(settings["binaryData"], """{"binary":"//4A"}""");
        settings["immutable"].ShouldBeNull();
    }

    [ToolFact("kubectl")]
    public async Task Kubectl_creates_namespaces_accounts_and_tokens()
    {
        await using var kubectl = await KubectlServer.StartAsync();
        await kubectl.RunAsync("create", "namespace", "team");
        (await kubectl.GetAsync("namespace", "team"))["metadata"]!["labels"]!["kubernetes.io/metadata.name"]!.ToString().ShouldBe("team");

        await kubectl.RunAsync("create", "serviceaccount", "builder", "-n", "team");
        var account = await kubectl.GetAsync("serviceaccount", "builder", "-n", "team");
        account["automountServiceAccountToken"].ShouldBeNull();

        var token = (await kubectl.RunAsync("create", "token", "builder", "-n", "team", "--duration=20m", "--audience=me")).Trim();
        var body = token.Split('.')[1].Replace('-', '+').Replace('_', '/');
        var claims = JsonNode.Parse(Convert.FromBase64String(body + new string('=', (4 - (body.Length % 4)) % 4)))!;
        claims["sub"]!.ToString().ShouldBe("system:serviceaccount:team:builder");
        ShouldBe(claims["aud"], """["me"]""");
        ((long)claims["exp"]! - (long)claims["iat"]!).ShouldBe(1200);
        var refused = await kubectl.TryAsync("create", "token", "nobody", "-n", "team");
        refused.Errors.ShouldContain("serviceaccounts \"nobody\" not found");
    }

    [ToolFact("kubectl")]
    public async Task Kubectl_creates_roles_and_bindings()
    {
        await using var kubectl = await KubectlServer.StartAsync();
        await kubectl.RunAsync("create", "role", "reader", "--verb=get,list", "--resource=pods,deployments.apps", "--resource-name=one");
        ShouldBe((await kubectl.GetAsync("role", "reader"))["rules"], """
            [{"apiGroups":[""],"resourceNames":["one"],"resources":["pods"],"verbs":["get","list"]},
             {"apiGroups":["apps"],"resourceNames":["one"],"resources":["deployments"],"verbs":["get","list"]}]
            """);

        await kubectl.RunAsync("create", "clusterrole", "prober", "--verb=get", "--non-resource-url=/healthz");
        ShouldBe((await kubectl.GetAsync("clusterrole", "prober"))["rules"], """[{"nonResourceURLs":["/healthz"],"verbs":["get"]}]""");

        await kubectl.RunAsync("create", "clusterrole", "sum", "--aggregation-rule=a=b");
        var sum = await kubectl.GetAsync("clusterrole", "sum");
        ShouldBe(sum["aggregationRule"], """{"clusterRoleSelectors":[{"matchLabels":{"a":"b"}}]}""");
        sum.ContainsKey("rules").ShouldBeTrue();

        await kubectl.RunAsync("create", "rolebinding", "readers", "--role=reader", "--serviceaccount=default:default", "--user=ann");
        var binding = await kubectl.GetAsync("rolebinding", "readers");
        ShouldBe(binding["roleRef"], """{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"reader"}""");
        ShouldBe(binding["subjects"], """
            [{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"ann"},
             {"kind":"ServiceAccount","name":"default","namespace":"default"}]
            """);

        await kubectl.RunAsync("create", "clusterrolebinding", "probers", "--clusterrole=prober", "--group=g");
        ShouldBe((await kubectl.GetAsync("clusterrolebinding", "probers"))["subjects"], """[{"apiGroup":"rbac.authorization.k8s.io","kind":"Group","name":"g"}]""");
    }

    [ToolFact("kubectl")]
    public async Task Kubectl_creates_deployments_and_services()
    {
        await using var kubectl = await KubectlServer.StartAsync();
        await kubectl.RunAsync("create", "deployment", "web", "--image=nginx:1", "--replicas=0", "--port=80");
        var spec = (await kubectl.GetAsync("deployment", "web"))["spec"]!;
        ((int)spec["replicas"]!).ShouldBe(0);
        ShouldBe(spec["selector"], """{"matchLabels":{"app":"web"}}""");
        ShouldBe(spec["strategy"], """{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":"25%"}}""");
        var container = spec["template"]!["spec"]!["containers"]![0]!;
        container["image"]!.ToString().ShouldBe("nginx:1");
        ShouldBe(container["ports"], """[{"containerPort":80,"protocol":"TCP"}]""");
        container["stdin"].ShouldBeNull();

        await kubectl.RunAsync("create", "service", "clusterip", "web", "--tcp=80:http");
        var service = (await kubectl.GetAsync("service", "web"))["spec"]!;
        ShouldBe(service["ports"], """[{"name":"80-http","port":80,"protocol":"TCP","targetPort":"http"}]""");
        service["type"]!.ToString().ShouldBe("ClusterIP");
        service["clusterIP"]!.ToString().ShouldNotBeEmpty();

        await kubectl.RunAsync("create", "service", "nodeport", "open", "--tcp=81:8080", "--node-port=30081");
        ShouldBe((await kubectl.GetAsync("service", "open"))["spec"]!["ports"], """[{"name":"81-8080","nodePort":30081,"port":81,"protocol":"TCP","targetPort":8080}]""");
    }

    [ToolFact("kubectl")]
    public async Task Kubectl_asks_who_one_is_and_what_one_may()
    {
        await using var kubectl = await KubectlServer.StartAsync();
        (await kubectl.RunAsync("auth", "can-i", "delete", "nodes")).Trim().ShouldBe("yes");
        (await kubectl.RunAsync("auth", "whoami")).ShouldContain("kubernetes-admin");
        (await kubectl.RunAsync("auth", "can-i", "--list")).ShouldContain("*.*");
        await kubectl.RunAsync("create", "serviceaccount", "weak");
        var token = (await kubectl.RunAsync("create", "token", "weak")).Trim();
        await kubectl.RunAsync("config", "set-credentials", "weak", "--token=" + token);
        await kubectl.RunAsync("config", "set-context", "--current", "--user=weak");
        (await kubectl.TryAsync("auth", "can-i", "delete", "nodes")).Output.Trim().ShouldBe("no");
        (await kubectl.RunAsync("auth", "whoami")).ShouldContain("system:serviceaccount:default:weak");
    }

    [ToolFact("kubectl")]
    public async Task Kubectl_deletes_what_it_created()
    {
        await using var kubectl = await KubectlServer.StartAsync();
        await kubectl.RunAsync("create", "configmap", "settings", "--from-literal=a=1");
        await kubectl.RunAsync("delete", "configmap", "settings", "--cascade=foreground", "--grace-period=1");
        (await kubectl.TryAsync("get", "configmap", "settings")).Errors.ShouldContain("NotFound");
    }

    private static void ShouldBe(JsonNode? found, string expected) =>
        JsonNode.DeepEquals(found, JsonNode.Parse(expected)).ShouldBeTrue($"{found?.ToJsonString()} instead of {expected}");
}
