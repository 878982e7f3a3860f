using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Client.Tests.Kubeconfig;

public sealed class AcceptedKubeconfigTests
{
    [Fact]
    public void All_that_a_connection_needs_is_read()
    {
        using var kubeconfig = DpuKubeconfig.Read(new KubeconfigBuilder().Secret());

        kubeconfig.SecretKey.ShouldBe("admin.conf");
        kubeconfig.Server.ShouldBe(new Uri("https://10.0.110.10:6443"));
        kubeconfig.Configuration.ClientCertificate!.HasPrivateKey.ShouldBeTrue();
        kubeconfig.Configuration.ClientCertificate.Subject.ShouldBe("CN=admin");
        kubeconfig.Configuration.CertificateAuthorities!.Single().Subject.ShouldBe("CN=test authority");
        kubeconfig.Configuration.SkipTlsVerify.ShouldBeFalse();
        kubeconfig.Configuration.Namespace.ShouldBe("apps");
        kubeconfig.ClientCertificateNotAfter!.Value.ShouldBe(DateTimeOffset.UtcNow.AddDays(365), TimeSpan.FromHours(1));
        kubeconfig.ClientCertificateNotAfter.Value.Offset.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void It_may_be_written_in_yaml()
    {
        var yaml = Yaml.FromJson(new KubeconfigBuilder().Root);
        yaml.ShouldNotStartWith("{");

        using var kubeconfig = DpuKubeconfig.Read(KubeconfigBuilder.SecretOf(("admin.conf", yaml)));

        kubeconfig.Server.Port.ShouldBe(6443);
    }

    [Theory]
    [InlineData("admin.conf")]
    [InlineData("super-admin.conf")]
    [InlineData("value")]
    [InlineData("kubeconfig")]
    public void It_may_be_under_any_of_the_known_keys(string key)
    {
        using var kubeconfig = DpuKubeconfig.Read(new KubeconfigBuilder().Secret(key));

        kubeconfig.SecretKey.ShouldBe(key);
    }

    [Fact]
    public void Of_several_keys_the_first_known_one_counts()
    {
        var good = new KubeconfigBuilder().Root.ToJsonString();

        using var kubeconfig = DpuKubeconfig.Read(KubeconfigBuilder.SecretOf(
            ("other", "x"), ("kubeconfig", "x"), ("value", "x"), ("super-admin.conf", good)));

        kubeconfig.SecretKey.ShouldBe("super-admin.conf");
    }

    [Fact]
    public void A_key_that_is_empty_counts_as_missing()
    {
        using var kubeconfig = DpuKubeconfig.Read(KubeconfigBuilder.SecretOf(
            ("admin.conf", " \n"), ("value", new KubeconfigBuilder().Root.ToJsonString())));

        kubeconfig.SecretKey.ShouldBe("value");
    }

    [Fact]
    public async Task A_token_alone_is_enough()
    {
        using var kubeconfig = DpuKubeconfig.Read(KubeconfigBuilder.WithUser(user => user["token"] = "abc\n").Secret());

        (await kubeconfig.Configuration.Token!.GetTokenAsync(default)).ShouldBe("abc");
        kubeconfig.Configuration.ClientCertificate.ShouldBeNull();
        kubeconfig.ClientCertificateNotAfter.ShouldBeNull();
    }

    [Fact]
    public void A_token_may_stand_beside_a_certificate()
    {
        using var kubeconfig = DpuKubeconfig.Read(KubeconfigBuilder.With(k => k.User["token"] = "abc").Secret());

        kubeconfig.Configuration.Token.ShouldNotBeNull();
        kubeconfig.Configuration.ClientCertificate.ShouldNotBeNull();
    }

    [Fact]
    public void User_name_and_password_are_enough()
    {
        using var kubeconfig = DpuKubeconfig.Read(KubeconfigBuilder.WithUser(user =>
        {
            user["username"] = "u";
            user["password"] = "p";
        }).Secret());

        kubeconfig.Configuration.Username.ShouldBe("u");
        kubeconfig.Configuration.Password.ShouldBe("p");
    }

    [Fact]
    public void An_expired_certificate_is_accepted_and_says_when_it_expired()
    {
        var expired = DateTimeOffset.UtcNow.AddDays(-2);
        var (certificate, key) = TestCertificates.Client("old", expired);

        using var kubeconfig = DpuKubeconfig.Read(KubeconfigBuilder.WithUser(user =>
        {
            user["client-certificate-data"] = certificate;
            user["client-key-data"] = key;
        }).Secret());

        kubeconfig.ClientCertificateNotAfter!.Value.ShouldBe(expired, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void What_is_unusual_but_unambiguous_is_accepted()
    {
        var changes = new Dictionary<string, Action<KubeconfigBuilder>>
        {
            ["no current context"] = k => k.Root.Remove("current-context"),
            ["an empty current context"] = k => k.Root["current-context"] = "",
            ["no contexts at all"] = k => { k.Root.Remove("current-context"); k.Root.Remove("contexts"); },
            ["other contexts besides"] = k => k.Root["contexts"]!.AsArray().Add(JsonNode.Parse("""{"name":"x","context":{"cluster":"y","user":"z"}}""")),
            ["no certificate authority"] = k => k.Cluster.Remove("certificate-authority-data"),
            ["no apiVersion and kind"] = k => { k.Root.Remove("apiVersion"); k.Root.Remove("kind"); },
            ["empty file references"] = k => { k.User["client-key"] = ""; k.Cluster["certificate-authority"] = ""; },
            ["empty exec"] = k => k.User["exec"] = null,
            ["preferences and extensions"] = k => { k.Root["preferences"] = new JsonObject(); k.Root["extensions"] = new JsonArray(); },
            ["verification said explicitly"] = k => k.Cluster["insecure-skip-tls-verify"] = false,
        };
        foreach (var (what, change) in changes)
        {
            DpuKubeconfig.TryRead(KubeconfigBuilder.With(change).Secret(), null, out var kubeconfig, out var refusal).ShouldBeTrue($"{what}: {refusal}");
            kubeconfig!.Dispose();
        }
    }

    [Fact]
    public void Proxy_and_server_name_are_taken_over()
    {
        using var kubeconfig = DpuKubeconfig.Read(KubeconfigBuilder.With(k =>
        {
            k.Cluster["proxy-url"] = "socks5://proxy.example:1080";
            k.Cluster["tls-server-name"] = "api.example";
        }).Secret());

        kubeconfig.Configuration.Proxy.ShouldBe(new Uri("socks5://proxy.example:1080"));
        kubeconfig.Configuration.TlsServerName.ShouldBe("api.example");
    }

    [Fact]
    public void Verification_is_skipped_only_where_the_process_allows_it()
    {
        var secret = KubeconfigBuilder.With(k =>
        {
            k.Cluster["insecure-skip-tls-verify"] = true;
            k.Cluster.Remove("certificate-authority-data");
        }).Secret();

        DpuKubeconfig.TryRead(secret, null, out _, out var refusal).ShouldBeFalse();
        refusal!.ShouldContain("--allow-insecure-dpu-clusters");
        using var kubeconfig = DpuKubeconfig.Read(secret, new() { AllowInsecure = true });
        kubeconfig.Configuration.SkipTlsVerify.ShouldBeTrue();
    }

    [Fact]
    public void An_intermediate_certificate_goes_with_the_clients()
    {
        static string Pem(string data) => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(data));
        using var kubeconfig = DpuKubeconfig.Read(KubeconfigBuilder.With(k => k.User["client-certificate-data"] =
            TestCertificates.Data(Pem(KubeconfigBuilder.Admin.Certificate) + "\n" + Pem(TestCertificates.AuthorityData))).Secret());

        kubeconfig.Configuration.ClientCertificate!.Subject.ShouldBe("CN=admin");
        kubeconfig.Configuration.ClientCertificateChain!.Single().Subject.ShouldBe("CN=test authority");
    }
}
