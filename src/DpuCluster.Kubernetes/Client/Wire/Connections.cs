using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace DpuCluster.Kubernetes.Client;

/// <summary>Makes the handler that keeps the connections to one server.</summary>
internal static class Connections
{
    public static SocketsHttpHandler CreateHandler(
        ClientConfiguration configuration, KubernetesClientOptions options, X509Certificate2? certificate, X509Certificate2Collection? chain)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // A redirect would carry the credentials to whoever is named there.
            UseCookies = false,
            ConnectTimeout = options.ConnectTimeout,
            EnableMultipleHttp2Connections = true,
            // While nothing but a silent watch is open, too: that is when nobody else would notice.
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
            KeepAlivePingDelay = options.PingDelay,
            KeepAlivePingTimeout = options.PingTimeout,
            PooledConnectionLifetime = options.ConnectionLifetime,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            MaxResponseHeadersLength = 64,
            ConnectCallback = ConnectAsync,
            SslOptions = Tls(configuration, certificate, chain),
        };
        if (configuration is { TlsServerName: not null, Server.Scheme: "https" })
        {
            // The handler overwrites the name that it asks the server for (SNI) with the host of the address.
            handler.ConnectCallback = (context, cancellation) => ConnectByNameAsync(context, configuration.Server, handler.SslOptions, cancellation);
        }

        SetProxy(handler, configuration);
        return handler;
    }

    private static void SetProxy(SocketsHttpHandler handler, ClientConfiguration configuration)
    {
        if (configuration.Proxy is { } proxy)
        {
            // The user's part is taken out of the address, since .NET's error messages quote the address.
            var address = new UriBuilder(proxy) { UserName = "", Password = "" }.Uri;
            handler.Proxy = new WebProxy(address) { Credentials = ProxyCredentials(proxy) };
        }
        else if (configuration.Server.IsLoopback)
        {
            handler.UseProxy = false;
        }
    }

    private static NetworkCredential? ProxyCredentials(Uri proxy)
    {
        if (proxy.UserInfo.Length == 0)
        {
            return null;
        }

        var parts = proxy.UserInfo.Split(':', 2);
        return new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "");
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // HTTP/1.1 has no pings; there TCP's own keep-alive finds a peer that is gone.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 3);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);

            // An address needs no resolver, whose way to connect is a longer one.
            EndPoint target = IPAddress.TryParse(context.DnsEndPoint.Host, out var address) ? new IPEndPoint(address, context.DnsEndPoint.Port) : context.DnsEndPoint;
            await socket.ConnectAsync(target, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async ValueTask<Stream> ConnectByNameAsync(
        SocketsHttpConnectionContext context, Uri server, SslClientAuthenticationOptions options, CancellationToken cancellation)
    {
        var stream = await ConnectAsync(context, cancellation).ConfigureAwait(false);
        if (context.DnsEndPoint.Port != server.Port || !string.Equals(context.DnsEndPoint.Host.Trim('[', ']'), server.IdnHost, StringComparison.OrdinalIgnoreCase))
        {
            return stream; // To a proxy; behind it the handler makes TLS, and only the certificate's name can be checked.
        }

        var tls = new SslStream(stream);
        try
        {
            await tls.AuthenticateAsClientAsync(options, cancellation).ConfigureAwait(false);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static SslClientAuthenticationOptions Tls(
        ClientConfiguration configuration, X509Certificate2? certificate, X509Certificate2Collection? chain)
    {
        var tls = new SslClientAuthenticationOptions
        {
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            TargetHost = configuration.TlsServerName,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            CertificateChainPolicy = ServerCertificate.ChainPolicy(configuration),
            RemoteCertificateValidationCallback = ServerCertificate.Validator(configuration),
        };
        if (certificate is not null)
        {
            tls.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true);
        }

        return tls;
    }
}
