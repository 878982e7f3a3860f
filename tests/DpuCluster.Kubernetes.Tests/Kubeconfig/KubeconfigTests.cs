using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Kubeconfig;
using DpuCluster.Kubernetes.Serialization;
using DpuCluster.Testing;

namespace DpuCluster.Kubernetes.Tests.Kubeconfig;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class KubeconfigTests : IDisposable
{
    private static readonly Certificates Pki = new();
    private static readonly string Authority = Base64(Pki.AuthorityPem);

    private readonly string _directory = Directory.CreateTempSubdirectory().FullName;

    /// <summary>Cluster, user, policy, and what the error says.</summary>
    public static TheoryData<string, string, KubeconfigPolicy, string> Bad => new()
    {
        { "", "", KubeconfigPolicy.Personal, "cluster \"c\": field \"server\" is missing" },
        { "server: host:6443", "", KubeconfigPolicy.Personal, "cluster \"c\": field \"server\" must be an address with https://" },
        { "server: 5", "", KubeconfigPolicy.Personal, "cluster \"c\": field \"server\" must be text" },
        { "server: https://u:s3cret@h", "", KubeconfigPolicy.Personal, "cluster \"c\": field \"server\" must hold nothing but" },
        { "server: https://h, certificate-authority-data: \"s3cret!\"", "", KubeconfigPolicy.Personal, "field \"certificate-authority-data\" is not base64" },
        { "server: https://h, certificate-authority-data: czNjcmV0", "", KubeconfigPolicy.Personal, "field \"certificate-authority-data\" holds no certificate" },
        { "server: https://h, certificate-authority: nowhere.crt", "", KubeconfigPolicy.Personal, "nowhere.crt cannot be read" },
        { "server: https://h, insecure-skip-tls-verify: maybe", "", KubeconfigPolicy.Personal, "field \"insecure-skip-tls-verify\" must be true or false" },
        { $"server: https://h, insecure-skip-tls-verify: true, certificate-authority-data: {Authority}", "", KubeconfigPolicy.Personal, "contradict each other" },
        { "server: https://h, proxy-url: \"ftp://p\"", "", KubeconfigPolicy.Personal, "field \"proxy-url\" must be" },
        { "server: https://h, certificate-authority: /etc/passwd", "", KubeconfigPolicy.Untrusted, "\"certificate-authority\" is refused: a kubeconfig from elsewhere may not name files; put the contents into it, as \"certificate-authority-data\"" },
        { "server: https://h", "client-certificate: /etc/passwd", KubeconfigPolicy.Untrusted, "user \"u\": field \"client-certificate\" is refused" },
        { "server: https://h", "client-key: /etc/passwd", KubeconfigPolicy.Untrusted, "user \"u\": field \"client-key\" is refused" },
        { "server: https://h", "tokenFile: /etc/passwd", KubeconfigPolicy.Untrusted, "user \"u\": field \"tokenFile\" is refused" },
        { "server: https://h", "exec: {command: /bin/touch, args: [MARK]}", KubeconfigPolicy.Untrusted, "user \"u\": field \"exec\" is refused" },
        { "server: https://h", "exec: 5", KubeconfigPolicy.Untrusted, "user \"u\": field \"exec\" is refused" },
        { "server: https://h", "auth-provider: {name: x}", KubeconfigPolicy.Untrusted, "field \"auth-provider\" is refused" },
        { "server: https://h", "auth-provider: {name: x}", KubeconfigPolicy.Personal, "field \"auth-provider\" is refused" },
        { "server: https://h", "exec: {command: x}", KubeconfigPolicy.Personal, "user \"u\": exec: field \"apiVersion\" must be" },
        { "server: https://h", "exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Always}", KubeconfigPolicy.Personal, "field \"interactiveMode\" is Always" },
        { "server: https://h", "exec: {apiVersion: client.authentication.k8s.io/v1}", KubeconfigPolicy.Personal, "field \"command\" is missing" },
        { "server: https://h", "token: s3cret, username: u", KubeconfigPolicy.Personal, "only one of them" },
        { "server: https://h", "password: s3cret", KubeconfigPolicy.Personal, "add \"username\"" },
        { "server: https://h", "token: 123456", KubeconfigPolicy.Personal, "field \"token\" must be text: put it in quotes" },
        { "server: https://h", "token: \"s3cret\\nx: y\"", KubeconfigPolicy.Personal, "field \"token\" has characters that no token has" },
        { "server: https://h", "client-certificate-data: czNjcmV0", KubeconfigPolicy.Personal, "add \"client-key-data\"" },
        { "server: https://h", "client-key-data: czNjcmV0", KubeconfigPolicy.Personal, "add \"client-certificate-data\"" },
        { "server: https://h", "client-certificate-data: czNjcmV0, client-key-data: czNjcmV0", KubeconfigPolicy.Personal, "field \"client-certificate-data\" holds no certificate in PEM" },
        { "server: https://h", "as-groups: [a]", KubeconfigPolicy.Personal, "need \"as\"" },
        { "server: https://h", "as: x, as-groups: [a, b]", KubeconfigPolicy.Personal, "more than one group" },
        { "server: https://h", "as: \"x\\r\\nEvil: y\"", KubeconfigPolicy.Untrusted, "must be printable" },
    };

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [MemberData(nameof(Bad))]
    public void What_cannot_be_used_is_told_with_file_entry_and_field_and_without_credentials(string cluster, string user, KubeconfigPolicy policy, string problem)
    {
        var mark = Path.Combine(_directory, "mark");
        var thrown = Should.Throw<KubeconfigException>(() => Parse(Simple(cluster, user.Replace("MARK", mark, StringComparison.Ordinal))).ToConfiguration(null, policy));
        thrown.Message.ShouldStartWith("kubeconfig admin.conf: ");
        thrown.Message.ShouldContain(problem);
        thrown.ToString().ShouldNotContain("s3cret");
        thrown.ToString().ShouldNotContain("czNjcmV0");
        File.Exists(mark).ShouldBeFalse();
    }

    [Theory]
    [InlineData("[]", "it must be a mapping")]
    [InlineData("kind: Secret", "kind must be Config; this is of the kind Secret")]
    [InlineData("clusters: 5", "field \"clusters\" must be a list of mappings")]
    [InlineData("clusters: [{cluster: {}}]", "clusters[0]: the cluster has no name")]
    [InlineData("clusters: [{name: y}]", "clusters[0]: field \"name\" must be text: put it in quotes")]
    [InlineData("users: [{name: a}, {name: a}]", "user \"a\" is there twice")]
    [InlineData("users: [{name: a, user: 5}]", "user \"a\": field \"user\" must be a mapping")]
    [InlineData("a: [", "line 2, column 1: ")]
    [InlineData("a: &a [*a]", "contains itself")]
    public void What_is_no_kubeconfig_is_told_with_its_place(string yaml, string problem) =>
        Should.Throw<KubeconfigException>(() => Parse(yaml)).Message.ShouldContain(problem);

    [Fact]
    public void Contexts_that_lead_nowhere_are_told_with_what_there_is()
    {
        var document = Parse("clusters: [{name: c, cluster: {server: https://h}}]\ncontexts: [{name: a, context: {cluster: d}}, {name: b, context: {cluster: c, user: u}}, {name: e}]");
        Problem(null).ShouldBe("kubeconfig admin.conf: no context is named, and \"current-context\" is not set; the contexts are \"a\", \"b\", \"e\"");
        Problem("z").ShouldBe("kubeconfig admin.conf: context \"z\" is not defined; the contexts are \"a\", \"b\", \"e\"");
        Problem("a").ShouldBe("kubeconfig admin.conf: context \"a\": cluster \"d\" is not defined; the clusters are \"c\"");
        Problem("b").ShouldBe("kubeconfig admin.conf: context \"b\": user \"u\" is not defined; the users are (none)");
        Problem("e").ShouldBe("kubeconfig admin.conf: context \"e\": field \"cluster\" is missing; the clusters are \"c\"");
        string Problem(string? context) => Should.Throw<KubeconfigException>(() => document.ToConfiguration(context, KubeconfigPolicy.Personal)).Message;
    }

    [Fact]
    public async Task Files_are_found_from_the_directory_of_the_kubeconfig_that_names_them()
    {
        var client = Pki.Client();
        Write("a/ca.crt", Pki.AuthorityPem);
        Write("a/c.crt", client.ExportCertificatePem());
        Write("a/c.key", Certificates.KeyPem(client));
        Write("b/token", "tt\n");
        var a = Write("a/config", "clusters: [{name: c, cluster: {server: https://h/x, certificate-authority: ca.crt, tls-server-name: name.test, proxy-url: \"http://p:1\"}}]\nusers: [{name: cert, user: {client-certificate: c.crt, client-key: c.key}}]");
        var b = Write("b/config", "users: [{name: tok, user: {tokenFile: token, token: other, as: jane}}]\ncontexts: [{name: x, context: {cluster: c, user: tok, namespace: ns}}, {name: w, context: {cluster: c, user: cert}}]\ncurrent-context: x");
        var environment = Environment(("KUBECONFIG", $"{a}:{_directory}/missing:{b}"));
        var configuration = KubeconfigLoader.Load(environment: environment);
        configuration.CertificateAuthorities!.Single().Thumbprint.ShouldBe(Pki.Authority.Thumbprint);
        (configuration.Server, configuration.TlsServerName, configuration.Proxy, configuration.Namespace, configuration.Impersonate!.UserName)
            .ShouldBe((new Uri("https://h/x"), "name.test", new Uri("http://p:1"), "ns", "jane"));
        (await configuration.Token!.GetTokenAsync(default)).ShouldBe("tt");
        KubeconfigLoader.Load(context: "w", environment: environment).ClientCertificate!.Thumbprint.ShouldBe(client.Thumbprint);
        Should.Throw<KubeconfigException>(() => KubeconfigLoader.Load(explicitPath: _directory + "/missing", environment: environment)).Message.ShouldContain("does not exist");
    }

    [Fact]
    public void Home_comes_after_KUBECONFIG_and_the_pod_last()
    {
        Write("home/.kube/config", "clusters: [{name: c, cluster: {server: https://home}}]\ncontexts: [{name: x, context: {cluster: c}}]");
        var other = Write("other", "clusters: [{name: c, cluster: {server: https://other}}]\ncontexts: [{name: x, context: {cluster: c}}]");
        Write("sa/token", "pod");
        Write("sa/ca.crt", Pki.AuthorityPem);
        Write("sa/namespace", "pod-ns");
        (string, string)[] pod = [("KUBERNETES_SERVICE_HOST", "fd00::1"), ("KUBERNETES_SERVICE_PORT", "443")];
        KubeconfigLoader.Load(environment: Environment([.. pod, ("KUBECONFIG", other)])).Server.Host.ShouldBe("other");
        KubeconfigLoader.Load(environment: Environment(pod)).Server.Host.ShouldBe("home");
        var inCluster = KubeconfigLoader.Load(environment: Environment([.. pod, ("KUBECONFIG", "/nowhere")]));
        (inCluster.Server, inCluster.Namespace).ShouldBe((new Uri("https://[fd00::1]:443"), "pod-ns"));
        inCluster.ToString().ShouldBe("https://[fd00::1]/ (token)");
        Should.Throw<KubeconfigException>(() => KubeconfigLoader.Load(environment: Environment(("KUBECONFIG", "/nowhere")))).Message.ShouldContain("looked for /nowhere");
    }

    [ToolFact("kubectl")]
    public async Task Several_files_merge_as_kubectl_merges_them()
    {
        var a = Write("a", "clusters: [{name: c, cluster: {server: https://a}}]\nusers: [{name: u, user: {token: ta}}]\ncontexts: [{name: x, context: {cluster: c, user: u}}]");
        var b = Write("b", "clusters: [{name: c, cluster: {server: https://b, tls-server-name: b}}, {name: d, cluster: {server: https://d}}]\nusers: [{name: u, user: {username: b, password: p}}]\ncontexts: [{name: x, context: {cluster: d, user: u}}, {name: w, context: {cluster: d, user: u, namespace: ns}}]\ncurrent-context: w");
        var c = Write("c", "current-context: x\ncontexts: [{name: v, context: {cluster: c}}]");
        var paths = $"{a}:{_directory}/none:{b}:{c}";
        var start = new ProcessStartInfo(Tools.Require("kubectl"), ["config", "view", "--raw", "--merge", "-o", "json"]) { RedirectStandardOutput = true };
        start.Environment["KUBECONFIG"] = paths;
        using var kubectl = Process.Start(start)!;
        var theirs = JsonNode.Parse(await kubectl.StandardOutput.ReadToEndAsync())!;
        var ours = Yaml.ToJson(KubeconfigLoader.LoadDocument(environment: Environment(("KUBECONFIG", paths)))!.Write())!;
        foreach (var list in (string[])["clusters", "users", "contexts"])
        {
            Sorted(ours[list]).ShouldBe(Sorted(theirs[list]), list);
        }

        ours["current-context"]!.GetValue<string>().ShouldBe(theirs["current-context"]!.GetValue<string>());
        // kubectl writes an empty user where a context has none.
        static string Sorted(JsonNode? list) => string.Join('\n', list!.AsArray().Select(item => item!.ToJsonString().Replace(",\"user\":\"\"", "", StringComparison.Ordinal)).Select(item => string.Concat(item.Order())).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Writing_keeps_everything_else_and_is_for_the_owners_eyes_only()
    {
        var path = Path.Combine(_directory, "new", "config");
        var additions = KubeconfigDocument.Create(KubeconfigCluster.Create("c", new("https://new"), null), KubeconfigUser.Create("u", "tok"), KubeconfigContext.Create("x", "c", "u", "ns"));
        KubeconfigFile.Update(path, additions, setCurrentContext: false);
        File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(Path.GetDirectoryName(path)!).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        KubeconfigLoader.Load(path).Server.Host.ShouldBe("new");

        File.WriteAllText(path, "future: {a: [1]}\ncurrent-context: old\nclusters: [{name: other, cluster: {server: https://o}}, {name: c, note: 1, cluster: {server: https://old, proxy-url: 'http://p', extensions: [{name: e}]}}]\nusers: []");
        var link = Path.Combine(_directory, "link");
        File.CreateSymbolicLink(link, path);
        KubeconfigFile.Update(link, additions, setCurrentContext: false);
        new FileInfo(link).LinkTarget.ShouldBe(path);
        var json = Yaml.ToJson(File.ReadAllText(path))!;
        json["current-context"]!.GetValue<string>().ShouldBe("old");
        json["future"]!.ToJsonString().ShouldBe("{\"a\":[1]}");
        json["clusters"]!.ToJsonString().ShouldBe("""[{"name":"other","cluster":{"server":"https://o"}},{"name":"c","note":1,"cluster":{"server":"https://new","extensions":[{"name":"e"}]}}]""");
        KubeconfigFile.Update(path, additions, setCurrentContext: true);
        KubeconfigLoader.Load(path).Namespace.ShouldBe("ns");
        Directory.GetFiles(Path.GetDirectoryName(path)!).ShouldBe([path]);

        File.WriteAllText(path + ".lock", "");
        Should.Throw<KubeconfigException>(() => KubeconfigFile.Update(path, additions, true)).Message.ShouldContain("another program is writing it; if none is, remove");
        File.Delete(path + ".lock");
        File.WriteAllText(path, "kind: Secret");
        Should.Throw<KubeconfigException>(() => KubeconfigFile.Update(path, additions, true));
        File.ReadAllText(path).ShouldBe("kind: Secret");
    }

    [Fact]
    public void Damaged_kubeconfigs_are_refused_or_read_but_break_nothing()
    {
        var random = new Random(11);
        var good = Simple($"server: https://h, certificate-authority-data: {Authority[..40]}", "token: s3cret, as: x, exec: {apiVersion: client.authentication.k8s.io/v1, command: x, args: [a], env: [{name: a, value: b}]}");
        for (var round = 0; round < 5000; round++)
        {
            var bytes = Encoding.UTF8.GetBytes(good);
            for (var damage = random.Next(1, 5); damage > 0; damage--)
            {
                bytes[random.Next(bytes.Length)] = (byte)"{}[]:,-&*!|>'\"%@#? \nxy5~\u00ff"[random.Next(25)];
            }

            try
            {
                KubeconfigDocument.Parse(bytes, "f").ToConfiguration(null, round % 2 == 0 ? KubeconfigPolicy.Untrusted : KubeconfigPolicy.Personal);
            }
            catch (KubeconfigException exception)
            {
                exception.Message.ShouldNotContain("s3cret");
            }
        }
    }

    [Fact]
    public void Nothing_prints_a_credential()
    {
        var document = Parse(Simple("server: https://h", "token: s3cret"));
        var configuration = document.ToConfiguration(null, KubeconfigPolicy.Untrusted) with { Password = "s3cret", Username = "u" };
        $"{document} {document.Users[0]} {document.Users[0].Fields} {configuration} {configuration.Token}".ShouldNotContain("s3cret");
    }

    private static string Simple(string cluster, string user) =>
        $"apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{{cluster}}}}}]\nusers: [{{name: u, user: {{{user}}}}}]\ncontexts: [{{name: x, context: {{cluster: c, user: u}}}}]\ncurrent-context: x\n";

    private static KubeconfigDocument Parse(string yaml) => KubeconfigDocument.Parse(Encoding.UTF8.GetBytes(yaml), "admin.conf");

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private KubeconfigEnvironment Environment(params (string Name, string Value)[] variables) => new()
    {
        Variable = name => variables.FirstOrDefault(each => each.Name == name).Value,
        HomeDirectory = Path.Combine(_directory, "home"),
        ServiceAccountDirectory = Path.Combine(_directory, "sa"),
    };

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
