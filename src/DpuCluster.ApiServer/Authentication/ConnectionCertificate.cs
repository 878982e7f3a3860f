using System.Security.Cryptography.X509Certificates;

namespace DpuCluster.ApiServer.Authentication;

/// <summary>
/// The client certificate of a connection, and who that is: found out once, by the first of its requests that asks. The requests
/// of an HTTP/2 connection run at the same time, and neither the connection's items nor a certificate may be used by two threads.
/// </summary>
/// <param name="certificate">What the client showed; null when it showed none.</param>
internal sealed class ConnectionCertificate(X509Certificate2? certificate)
{
    private readonly Lock _gate = new();
    private UserInfo? _user;
    private bool _isRead;

    /// <summary>Whether the client showed a certificate at all.</summary>
    public bool IsThere => certificate is not null;

    /// <summary>Who the certificate stands for; null when it stands for nobody.</summary>
    /// <param name="read">Reads the certificate; called at most once for the connection.</param>
    public UserInfo? UserBy(Func<X509Certificate2, UserInfo?> read)
    {
        lock (_gate)
        {
            if (!_isRead && certificate is not null) _user = read(certificate);
            _isRead = true;
            return _user;
        }
    }
}
