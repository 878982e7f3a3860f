using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace DpuCluster.ApiServer.Admission;

/// <summary>Opens connections to webhooks.</summary>
internal sealed class WebhookConnections(ServiceEndpoints services, TimeProvider clock)
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(90);

    /// <summary>Clock of time-outs.</summary>
    public TimeProvider Clock => clock;

    /// <summary>A client for one webhook.</summary>
    /// <param name="host">The name that its certificate must be good for.</param>
    /// <param name="bundle">PEM of the authorities that it may be issued by; empty for those of the system.</param>
    /// <param name="service">The service to look up for each new connection; null for the host itself.</param>
    /// <exception cref="CryptographicException">The bundle holds no certificate.</exception>
    public HttpClient Open(string host, byte[] bundle, (string Namespace, string Name, int Port)? service)
    {
        var trust = new WebhookTrust(bundle, clock);
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            PooledConnectionIdleTimeout = Idle,
            ActivityHeadersPropagator = null,
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) => trust.Check(certificate, chain, errors, host),
            },
        };
        if (service is var (ns, name, port))
        {
            handler.ConnectCallback = async (_, cancellation) =>
            {
                var endpoint = services.Find(ns, name, port);
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(endpoint, cancellation).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
        }

        // Time-outs are those of the calls.
        return new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
