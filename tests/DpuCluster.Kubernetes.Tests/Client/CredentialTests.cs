using System.Text;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Kubeconfig;

namespace DpuCluster.Kubernetes.Tests.Client;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class CredentialTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory().FullName;
    private readonly ManualClock _clock = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_token_file_is_read_again_after_ten_seconds_and_after_a_401()
    {
        var file = Path.Combine(_directory, "token");
        var good = "one";
        await File.WriteAllTextAsync(file, "one\n");
        await using var server = await FakeServer.Start((seen, response) => seen.Headers["Authorization"] == $"Bearer {good}"
            ? FakeServer.Answer(response, 200, "{}")
            : FakeServer.Status(response, 401, "Unauthorized", "Unauthorized"));
        using var client = new KubernetesClient(server.Configuration with { Token = new FileToken(file, _clock) });
        await client.GetVersionAsync(default);
        await File.WriteAllTextAsync(file, "two");
        await client.GetVersionAsync(default);
        server.Last.Headers["Authorization"].ShouldBe("Bearer one");
        _clock.Advance(TimeSpan.FromSeconds(11));
        good = "two";
        await client.GetVersionAsync(default);
        server.Requests.Count.ShouldBe(3);
        await File.WriteAllTextAsync(file, "three");
        good = "three";
        await client.GetVersionAsync(default);
        server.Requests.Count.ShouldBe(5);
        File.Delete(file);
        _clock.Advance(TimeSpan.FromSeconds(11));
        await client.GetVersionAsync(default);
        good = "four";
        (await Record.ExceptionAsync(() => client.GetVersionAsync(default)))!.ToString().ShouldNotContain("three");
    }

    [Fact]
    public async Task A_refused_token_is_renewed_once_and_then_the_refusal_is_told()
    {
        await using var server = await FakeServer.Start((_, response) => FakeServer.Status(response, 401, "Unauthorized", "Unauthorized"));
        var file = Path.Combine(_directory, "token");
        await File.WriteAllTextAsync(file, "x");
        using var client = new KubernetesClient(server.Configuration with { Token = new FileToken(file, _clock) });
        (await Should.ThrowAsync<Meta.KubernetesException>(() => client.GetVersionAsync(default))).Reason.ShouldBe("Unauthorized");
        server.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Passwords_and_impersonation_go_out_as_headers()
    {
        await using var server = await FakeServer.Start("{}");
        using var client = new KubernetesClient(server.Configuration with
        {
            Username = "u",
            Password = "p:w",
            Impersonate = new("jane", "7", "g", new Dictionary<string, string> { ["acme/x"] = "v" }),
        });
        await client.GetVersionAsync(default);
        var headers = server.Last.Headers;
        Encoding.UTF8.GetString(Convert.FromBase64String(headers["Authorization"]["Basic ".Length..])).ShouldBe("u:p:w");
        (headers["Impersonate-User"], headers["Impersonate-Uid"], headers["Impersonate-Group"], headers["Impersonate-Extra-acme%2Fx"]).ShouldBe(("jane", "7", "g", "v"));
    }

    [Theory]
    [InlineData(null, null, false, true)]
    [InlineData("api.test", "api.test", false, true)]
    [InlineData("api.test", null, false, false)]
    [InlineData("api.test", "other.test", false, false)]
    [InlineData("api.test", null, true, true)]
    public async Task The_servers_certificate_must_be_signed_by_the_authority_and_have_the_name(string? certificateName, string? tlsServerName, bool skip, bool good)
    {
        var certificates = new Certificates();
        await using var server = await FakeServer.Start((_, response) => FakeServer.Answer(response, 200, "{}"), certificates.Server(certificateName));
        var configuration = server.Configuration with { CertificateAuthorities = skip ? null : [certificates.Authority], TlsServerName = tlsServerName, SkipTlsVerify = skip };
        using var client = new KubernetesClient(configuration);
        if (good)
        {
            await client.GetVersionAsync(default);
            server.Last.Protocol.ShouldBe("HTTP/2");
            (server.TlsName ?? "").ShouldBe(tlsServerName ?? "");
            server.Last.Headers["Host"].ShouldBe(server.Address.Authority);
        }
        else
        {
            (await Should.ThrowAsync<HttpRequestException>(() => client.GetVersionAsync(default))).Message.ShouldContain($"but for {certificateName}:");
        }
    }

    [Fact]
    public async Task Another_authority_or_another_purpose_is_refused()
    {
        var certificates = new Certificates();
        await using (var server = await FakeServer.Start((_, response) => FakeServer.Answer(response, 200, "{}"), certificates.Server()))
        {
            using var client = new KubernetesClient(server.Configuration with { CertificateAuthorities = [new Certificates().Authority] });
            var refusal = await Should.ThrowAsync<HttpRequestException>(() => client.GetVersionAsync(default));
            refusal.Message.ShouldContain(server.Address.Authority);
            refusal.Message.ShouldContain("certificate-authority-data");
            using var system = new KubernetesClient(server.Configuration);
            await Should.ThrowAsync<HttpRequestException>(() => system.GetVersionAsync(default));
        }
    }

    [Fact]
    public async Task A_certificate_that_has_ended_is_refused_with_its_dates()
    {
        var certificates = new Certificates();
        await using var server = await FakeServer.Start(
            (_, response) => FakeServer.Answer(response, 200, "{}"), certificates.Server(until: new DateTimeOffset(2020, 1, 2, 3, 4, 0, TimeSpan.Zero)));
        using var client = new KubernetesClient(server.Configuration with { CertificateAuthorities = [certificates.Authority] });

        (await Should.ThrowAsync<HttpRequestException>(() => client.GetVersionAsync(default))).Message.ShouldContain("to 2020-01-02 03:04 UTC");
    }

    [Fact]
    public async Task A_client_certificate_from_a_kubeconfig_is_shown()
    {
        var certificates = new Certificates();
        await using var server = await FakeServer.Start((_, response) => FakeServer.Answer(response, 200, "{}"), certificates.Server(), wantsClientCertificate: true);
        var mine = certificates.Client();
        var document = KubeconfigDocument.Create(
            KubeconfigCluster.Create("c", server.Address, Encoding.UTF8.GetBytes(certificates.AuthorityPem)),
            KubeconfigUser.Create("u", Encoding.UTF8.GetBytes(mine.ExportCertificatePem()), Encoding.UTF8.GetBytes(Certificates.KeyPem(mine))),
            KubeconfigContext.Create("x", "c", "u"));
        var read = KubeconfigDocument.Parse(Encoding.UTF8.GetBytes(document.Write()), "f").ToConfiguration(null, KubeconfigPolicy.Untrusted);
        using var client = new KubernetesClient(read);
        await client.GetVersionAsync(default);
        server.Last.Certificate!.Thumbprint.ShouldBe(mine.Thumbprint);
    }

    [Fact]
    public async Task A_plugin_is_run_when_its_credentials_expire_or_are_refused_and_not_for_each_request()
    {
        var good = "t1";
        await using var server = await FakeServer.Start((seen, response) => seen.Headers["Authorization"] == $"Bearer {good}"
            ? FakeServer.Answer(response, 200, "{}")
            : FakeServer.Status(response, 401, "Unauthorized", "Unauthorized"));
        var script = Path.Combine(_directory, "plugin");
        await File.WriteAllTextAsync(script, """
            #!/bin/sh
            n=$(($(cat "$COUNT" 2>/dev/null || echo 0) + 1)); echo $n > "$COUNT"; echo "$KUBERNETES_EXEC_INFO" > "$COUNT.info"
            echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"'$1$n'","expirationTimestamp":"2026-07-01T00:01:00Z"}}'
            """);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var yaml = $$"""
            clusters: [{name: c, cluster: {server: "{{server.Address}}", extensions: [{name: client.authentication.k8s.io/exec, extension: {a: 1} }] } }]
            users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, args: [t], env: [{name: COUNT, value: "{{_directory}}/count"}], provideClusterInfo: true, interactiveMode: Never} } }]
            contexts: [{name: x, context: {cluster: c, user: u} }]
            """;
        var configuration = KubeconfigDocument.Parse(Encoding.UTF8.GetBytes(yaml), "f", _directory).ToConfiguration("x", KubeconfigPolicy.Personal, _clock);
        using var client = new KubernetesClient(configuration);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.GetVersionAsync(default)));
        (await File.ReadAllTextAsync(Path.Combine(_directory, "count"))).Trim().ShouldBe("1");
        (await File.ReadAllTextAsync(Path.Combine(_directory, "count.info"))).ShouldContain("\"config\":{\"a\":1}");
        good = "t2";
        await client.GetVersionAsync(default);
        _clock.Advance(TimeSpan.FromMinutes(1));
        good = "t3";
        await client.GetVersionAsync(default);
        (await File.ReadAllTextAsync(Path.Combine(_directory, "count"))).Trim().ShouldBe("3");
    }

    [Theory]
    [InlineData("/nowhere/plugin", "installHint: \"get it from acme\"", "cannot be run; its author says: get it from acme")]
    [InlineData("/bin/false", "", "failed with exit code 1")]
    [InlineData("/bin/echo", "args: [s3cret]", "prints no ExecCredential")]
    public async Task A_plugin_that_fails_is_told_with_its_name_and_without_what_it_printed(string command, string more, string problem)
    {
        var yaml = $$"""
            clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"} }]
            users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: {{command}}, {{more}} } } }]
            contexts: [{name: x, context: {cluster: c, user: u} }]
            """;
        using var client = new KubernetesClient(KubeconfigDocument.Parse(Encoding.UTF8.GetBytes(yaml), "f").ToConfiguration("x", KubeconfigPolicy.Personal));
        var thrown = await Should.ThrowAsync<KubeconfigException>(() => client.GetVersionAsync(default));
        thrown.Message.ShouldStartWith("kubeconfig f: user \"u\": exec: the plugin " + command);
        thrown.Message.ShouldContain(problem);
        thrown.ToString().ShouldNotContain("s3cret");
    }
}
