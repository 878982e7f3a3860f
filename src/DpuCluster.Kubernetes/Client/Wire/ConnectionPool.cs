using System.Security.Cryptography.X509Certificates;

namespace DpuCluster.Kubernetes.Client;

/// <summary>The connections to one server; other ones when the client's certificate has changed, since a connection keeps its own.</summary>
internal sealed class ConnectionPool : IDisposable
{
    private readonly ClientConfiguration _configuration;
    private readonly KubernetesClientOptions _options;
    private readonly Lock _lock = new();
    private X509Certificate2? _certificate;
    private HttpMessageInvoker _present;

    // Requests may still be under way on the connections of the last certificate; those of older ones are closed.
    private HttpMessageInvoker? _former;

    public ConnectionPool(ClientConfiguration configuration, KubernetesClientOptions options)
    {
        (_configuration, _options) = (configuration, options);
        _certificate = configuration.ClientCertificate;
        _present = Create(configuration.ClientCertificate, configuration.ClientCertificateChain);
    }

    /// <summary>The connections to send a request on; asked for after the token, with which a new certificate may have come.</summary>
    public HttpMessageInvoker Present()
    {
        if (_configuration.Token is not ICertificateSource { Certificate: { } now })
        {
            return _present;
        }

        lock (_lock)
        {
            if (!ReferenceEquals(_certificate, now.Certificate))
            {
                _former?.Dispose();
                _former = _present;
                _certificate = now.Certificate;
                _present = Create(now.Certificate, now.Chain);
            }

            return _present;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _former?.Dispose();
            _present.Dispose();
        }
    }

    private HttpMessageInvoker Create(X509Certificate2? certificate, X509Certificate2Collection? chain) =>
        new(Connections.CreateHandler(_configuration, _options, certificate, chain));
}
