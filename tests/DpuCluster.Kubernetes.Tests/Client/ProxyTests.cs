using System.Text;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Kubeconfig;

namespace DpuCluster.Kubernetes.Tests.Client;

/// <summary>Servers that are reached through a proxy, as the <c>proxy-url</c> of a kubeconfig says.</summary>
public sealed class ProxyTests
{
    private const string Version = """{"gitVersion":"v1.36.0"}""";

    [Theory]
    [InlineData(null, "")]
    [InlineData("somebody:secret%word", "somebody:secret%25word@")]
    public async Task A_server_with_TLS_is_reached_through_a_tunnel_and_over_HTTP2(string? login, string userInfo)
    {
        var certificates = new Certificates();
        await using var server = await FakeServer.Start((_, response) => FakeServer.Answer(response, 200, Version), certificates.Server());
        await using var proxy = new ConnectProxy(login);
        using var client = Client(server.Address, proxy.Address.ToString().Replace("http://", $"http://{userInfo}", StringComparison.Ordinal), certificates.AuthorityPem);
        (await client.GetVersionAsync(default)).GitVersion.ShouldBe("v1.36.0");
        proxy.Tunnels.ShouldBe([server.Address.Authority]);
        server.Last.Protocol.ShouldBe("HTTP/2");
        server.Last.Headers.Keys.ShouldNotContain("Proxy-Authorization", "the password is the proxy's alone");
    }

    [Fact]
    public async Task A_server_without_TLS_is_asked_by_its_whole_address()
    {
        await using var proxy = await FakeServer.Start(Version);
        using var client = Client(new Uri("http://api.example:6443"), proxy.Address.ToString(), null);
        (await client.GetVersionAsync(default)).GitVersion.ShouldBe("v1.36.0");
        proxy.Last.Headers["Host"].ShouldBe("api.example:6443");
    }

    [Fact]
    public async Task A_proxy_that_refuses_is_told_without_its_password()
    {
        await using var proxy = new ConnectProxy("somebody:right");
        using var client = Client(new Uri("https://127.0.0.1:1"), proxy.Address.ToString().Replace("http://", "http://somebody:wrongsecret@", StringComparison.Ordinal), null);
        var failure = await Should.ThrowAsync<HttpRequestException>(client.GetVersionAsync(default));
        failure.ToString().ShouldContain("407");
        failure.ToString().ShouldNotContain("wrongsecret");
    }

    private static KubernetesClient Client(Uri server, string proxy, string? authority)
    {
        var data = authority is null ? "" : $"certificate-authority-data: {Convert.ToBase64String(Encoding.ASCII.GetBytes(authority))}";
        var kubeconfig = $$$"""
            apiVersion: v1
            kind: Config
            current-context: c
            contexts: [{name: c, context: {cluster: c, user: u}}]
            users: [{name: u, user: {}}]
            clusters:
            - name: c
              cluster:
                server: {{{server}}}
                proxy-url: {{{proxy}}}
                {{{data}}}
            """;
        return new KubernetesClient(
            KubeconfigDocument.Parse(Encoding.UTF8.GetBytes(kubeconfig), "test").ToConfiguration(null, KubeconfigPolicy.Untrusted), new() { MaxRetries = 0 });
    }
}
