using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Client.Tests.Kubeconfig;

public sealed class RefusedKubeconfigTests
{
    private const string Password = "hunter2-correct-horse";

    /// <summary>What is wrong → the change that makes it so, and the field that the message must name.</summary>
    private static readonly Dictionary<string, (Action<KubeconfigBuilder> Change, string Field)> Broken = new()
    {
        ["two users"] = (k => k.Root["users"]!.AsArray().Add(JsonNode.Parse("""{"name":"b"}""")), "users has 2 entries"),
        ["two clusters"] = (k => k.Root["clusters"]!.AsArray().Add(JsonNode.Parse("""{"name":"b"}""")), "clusters has 2 entries"),
        ["the same user twice"] = (k => k.Root["users"]!.AsArray().Add(k.Root["users"]![0]!.DeepClone()), "user \"admin\" is there twice"),
        ["a user without a name"] = (k => k.Root["users"]![0]!.AsObject().Remove("name"), "users[0]: the user has no name; add \"name\""),
        ["no users"] = (k => k.Root["users"] = new JsonArray(), "users has no entry"),
        ["no clusters"] = (k => k.Root.Remove("clusters"), "clusters has no entry"),
        ["users that are no list"] = (k => k.Root["users"] = new JsonObject(), "field \"users\" must be a list of mappings"),
        ["a user that is no mapping"] = (k => k.Root["users"] = new JsonArray("x"), "field \"users\" must be a list of mappings"),
        ["another kind"] = (k => k.Root["kind"] = "Secret", "kind"),
        ["exec"] = (k => k.User["exec"] = JsonNode.Parse("""{"command":"touch"}"""), "user \"admin\": field \"exec\""),
        ["exec beside good credentials, empty"] = (k => k.User["exec"] = new JsonObject(), "user \"admin\": field \"exec\""),
        ["auth-provider"] = (k => k.User["auth-provider"] = JsonNode.Parse("""{"name":"gcp"}"""), "user \"admin\": field \"auth-provider\""),
        ["client-certificate"] = (k => k.User["client-certificate"] = "/etc/passwd", "user \"admin\": field \"client-certificate\""),
        ["client-key"] = (k => k.User["client-key"] = "/etc/passwd", "user \"admin\": field \"client-key\""),
        ["tokenFile"] = (k => k.User["tokenFile"] = "/etc/passwd", "user \"admin\": field \"tokenFile\""),
        ["certificate-authority"] = (k => k.Cluster["certificate-authority"] = "/etc/passwd", "cluster \"dpu\": field \"certificate-authority\""),
        ["impersonation"] = (k => k.User["as"] = "root", "user \"admin\": field \"as\""),
        ["impersonated groups"] = (k => k.User["as-groups"] = new JsonArray("system:masters"), "user \"admin\": field \"as-groups\""),
        ["http"] = (k => k.Cluster["server"] = "http://10.0.110.10:6443", "cluster \"dpu\": field \"server\" does not begin with https://"),
        ["no server"] = (k => k.Cluster.Remove("server"), "cluster \"dpu\": field \"server\" is missing"),
        ["a server that is no URL"] = (k => k.Cluster["server"] = "10.0.110.10:6443", "cluster \"dpu\": field \"server\""),
        ["a password in the server's URL"] = (k => k.Cluster["server"] = $"https://u:{Password}@10.0.110.10", "cluster \"dpu\": field \"server\""),
        ["skipped verification beside an authority"] = (k => k.Cluster["insecure-skip-tls-verify"] = true, "cluster \"dpu\": field \"insecure-skip-tls-verify\""),
        ["a flag that is no flag"] = (k => k.Cluster["insecure-skip-tls-verify"] = "true", "cluster \"dpu\": field \"insecure-skip-tls-verify\""),
        ["a proxy that is none"] = (k => k.Cluster["proxy-url"] = "ftp://proxy", "cluster \"dpu\": field \"proxy-url\""),
        ["a dangling current context"] = (k => k.Root["current-context"] = "gone", "field \"current-context\""),
        ["a context of another cluster"] = (k => k.Root["contexts"]![0]!["context"]!["cluster"] = "x", "context \"admin@dpu\": field \"cluster\""),
        ["a context of another user"] = (k => k.Root["contexts"]![0]!["context"]!["user"] = "x", "context \"admin@dpu\": field \"user\""),
        ["no credentials"] = (k => k.User.Clear(), "user \"admin\" has no credentials"),
        ["an empty token alone"] = (k => { k.User.Clear(); k.User["token"] = " "; }, "user \"admin\" has no credentials"),
        ["a user that is null"] = (k => k.Root["users"]![0]!["user"] = null, "user \"admin\" has no credentials"),
        ["a certificate without key"] = (k => k.User.Remove("client-key-data"), "user \"admin\": there is a client certificate, and no client key; add \"client-key-data\""),
        ["a key without certificate"] = (k => k.User.Remove("client-certificate-data"), "user \"admin\": there is a client key, and no client certificate; add \"client-certificate-data\""),
        ["a password without user name"] = (k => k.User["password"] = Password, "user \"admin\": there is a password, and no user name; add \"username\""),
        ["a user name without password"] = (k => k.User["username"] = "u", "user \"admin\": there is a user name, and no password; add \"password\""),
        ["a certificate that is not base64"] = (k => k.User["client-certificate-data"] = "%%%", "user \"admin\": field \"client-certificate-data\" is not base64"),
        ["a certificate that is not PEM"] = (k => k.User["client-certificate-data"] = TestCertificates.Data("x"), "user \"admin\": field \"client-certificate-data\" holds no certificate"),
        ["a broken certificate"] = (
            k => k.User["client-certificate-data"] = TestCertificates.Data("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
            "user \"admin\": field \"client-certificate-data\" holds a certificate that cannot be read"),
        ["a broken key"] = (k => k.User["client-key-data"] = TestCertificates.Data("x"), "user \"admin\": field \"client-key-data\""),
        ["the key of another certificate"] = (k => k.User["client-key-data"] = TestCertificates.Client("x").Key, "user \"admin\": field \"client-key-data\""),
        ["an encrypted key"] = (
            k => k.User["client-key-data"] = TestCertificates.Data("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"),
            "user \"admin\": field \"client-key-data\" is encrypted"),
        ["an authority that is no certificate"] = (k => k.Cluster["certificate-authority-data"] = TestCertificates.Data("x"), "cluster \"dpu\": field \"certificate-authority-data\""),
        ["a token that is no text"] = (k => k.User["token"] = 12345, "user \"admin\": field \"token\" must be text"),
        ["a token that would break the header"] = (k => k.User["token"] = $"{Password}\r\nX-Evil: 1", "user \"admin\": field \"token\""),
    };

    public static TheoryData<string> What => [.. Broken.Keys];

    [Theory]
    [MemberData(nameof(What))]
    public void What_breaks_a_rule_is_refused_by_name(string what)
    {
        var (change, field) = Broken[what];
        var builder = KubeconfigBuilder.With(change);

        var refusal = Refusal(builder.Secret());

        refusal.ShouldStartWith($"Secret dpu/c1-kubeconfig, key admin.conf: {field}");
        ShouldNotGiveAway(refusal, builder);
    }

    [Fact]
    public void A_Secret_without_any_of_the_keys_is_told_which_they_are()
    {
        Refusal(KubeconfigBuilder.SecretOf(("config", "x"))).ShouldStartWith(
            "Secret dpu/c1-kubeconfig has none of the keys admin.conf, super-admin.conf, value, kubeconfig: ");
        Refusal(new Secret { Metadata = KubeconfigBuilder.SecretOf().Metadata }).ShouldContain("none of the keys");
    }

    [Fact]
    public void An_empty_key_is_said_to_be_empty() =>
        Refusal(KubeconfigBuilder.SecretOf(("value", "\n"))).ShouldStartWith("Secret dpu/c1-kubeconfig, key value: it is empty");

    [Fact]
    public void More_than_a_mebibyte_is_refused()
    {
        var exactly = new KubeconfigBuilder().Root.ToJsonString().PadRight(DpuKubeconfig.MaxBytes);

        DpuKubeconfig.Read(KubeconfigBuilder.SecretOf(("admin.conf", exactly))).Dispose();
        Refusal(KubeconfigBuilder.SecretOf(("admin.conf", exactly + " "))).ShouldContain("1 MiB");
    }

    [Theory]
    [InlineData(Password)]
    [InlineData($"users: [{Password}")]
    [InlineData($"{Password}: 1\n{Password}: 2")]
    [InlineData($"a: 1\n---\nb: {Password}")]
    [InlineData("\0\u0001")]
    [InlineData("- 1")]
    public void What_is_no_kubeconfig_at_all_is_refused_without_quoting_it(string content)
    {
        var refusal = Refusal(KubeconfigBuilder.SecretOf(("admin.conf", content)));

        refusal.ShouldStartWith("Secret dpu/c1-kubeconfig, key admin.conf: it is not ");
        refusal.ShouldNotContain(Password);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        var secret = KubeconfigBuilder.SecretOf() with { Data = new Dictionary<string, byte[]> { ["admin.conf"] = [0xff, 0xfe, 0x80] } };

        Refusal(secret).ShouldContain("it is not one YAML document");
    }

    [Fact]
    public void Base64_twice_is_recognized()
    {
        var content = TestCertificates.Data(new KubeconfigBuilder().Root.ToJsonString());

        Refusal(KubeconfigBuilder.SecretOf(("admin.conf", content))).ShouldContain("base64 twice");
    }

    [Fact]
    public void Aliases_that_multiply_are_refused_quickly()
    {
        var lines = new List<string> { "a0: &a0 [x,x,x,x,x,x,x,x,x,x]" };
        for (var i = 1; i < 12; i++)
        {
            lines.Add($"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]");
        }

        Refusal(KubeconfigBuilder.SecretOf(("admin.conf", string.Join('\n', lines)))).ShouldContain("it is not one YAML document");
    }

    [Fact]
    public void The_text_form_of_an_accepted_one_gives_no_credential_away()
    {
        var builder = KubeconfigBuilder.With(k => k.User["token"] = Password);
        using var kubeconfig = DpuKubeconfig.Read(builder.Secret());

        ShouldNotGiveAway(kubeconfig.ToString(), builder);
        kubeconfig.ToString().ShouldContain("10.0.110.10");
    }

    private static string Refusal(Secret secret)
    {
        DpuKubeconfig.TryRead(secret, null, out var kubeconfig, out var refusal).ShouldBeFalse();
        kubeconfig.ShouldBeNull();
        return refusal!;
    }

    private static void ShouldNotGiveAway(string text, KubeconfigBuilder builder)
    {
        text.ShouldNotContain(Password);
        text.ShouldNotContain("/etc/passwd");
        foreach (var (_, value) in builder.Root["users"] is JsonArray { Count: > 0 } ? builder.Root["users"]![0] as JsonObject ?? [] : [])
        {
            foreach (var (field, credential) in value as JsonObject ?? [])
            {
                if (field.EndsWith("-data", StringComparison.Ordinal) && credential!.ToString() is { Length: > 8 } data)
                {
                    text.ShouldNotContain(data);
                }
            }
        }
    }
}
