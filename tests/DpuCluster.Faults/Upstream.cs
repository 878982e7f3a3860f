using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using DpuCluster.Kubernetes.Client;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DpuCluster.Faults;

/// <summary>The server behind the proxy.</summary>
internal sealed class Upstream : IDisposable
{
    private static readonly string[] HopByHop = ["Connection", "Content-Length", "Host", "Keep-Alive", "Transfer-Encoding", "Upgrade"];

    private readonly HttpMessageInvoker _invoker;
    private readonly string _base;

    public Upstream(ClientConfiguration server)
    {
        _base = server.Server.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');
        var tls = new SslClientAuthenticationOptions();
        if (server.CertificateAuthorities is { } authorities)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        if (server.ClientCertificate is { } certificate)
        {
            tls.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, server.ClientCertificateChain, offline: true);
        }

        _invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            SslOptions = tls,
            UseProxy = false,
            AllowAutoRedirect = false,
            EnableMultipleHttp2Connections = true,
        });
    }

    public async Task<HttpResponseMessage> SendAsync(HttpContext http, CancellationToken cancellation)
    {
        using var message = new HttpRequestMessage(new HttpMethod(http.Request.Method), $"{_base}{http.Request.Path}{http.Request.QueryString}")
        {
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            // All of it first: a request that breaks off on its way to the proxy does not reach the server.
            var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, cancellation);
            message.Content = new ByteArrayContent(body.ToArray());
        }

        foreach (var (name, values) in http.Request.Headers)
        {
            if (name[0] != ':' && !HopByHop.Contains(name, StringComparer.OrdinalIgnoreCase) && !message.Headers.TryAddWithoutValidation(name, values.ToArray()))
            {
                message.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        return await _invoker.SendAsync(message, cancellation);
    }

    public static void CopyHead(HttpResponseMessage from, HttpResponse to)
    {
        to.StatusCode = (int)from.StatusCode;
        foreach (var (name, values) in from.Headers.Concat(from.Content.Headers))
        {
            if (!HopByHop.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                to.Headers[name] = values.ToArray();
            }
        }
    }

    public void Dispose() => _invoker.Dispose();
}
