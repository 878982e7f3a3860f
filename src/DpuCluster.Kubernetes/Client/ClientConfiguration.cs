using System.Security.Cryptography.X509Certificates;

namespace DpuCluster.Kubernetes.Client;

/// <summary>
/// All that a connection to an API server needs, whatever it was read from. Immutable. Its text form names the server and the
/// kinds of credentials, never a credential.
/// </summary>
public sealed record ClientConfiguration
{
    /// <summary>Address of the server, <c>https</c> or <c>http</c>; may have a path, below which the API is served.</summary>
    public required Uri Server { get; init; }

    /// <summary>Who may have signed the server's certificate; <see langword="null"/>: whoever the system trusts.</summary>
    public X509Certificate2Collection? CertificateAuthorities { get; init; }

    /// <summary>Takes any certificate of the server. Whoever sits in between can read the credentials.</summary>
    public bool SkipTlsVerify { get; init; }

    /// <summary>Name that the server's certificate must have, where it is not the host of <see cref="Server"/>.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>Certificate, with its private key, that the client shows.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Intermediate certificates that go with <see cref="ClientCertificate"/>.</summary>
    public X509Certificate2Collection? ClientCertificateChain { get; init; }

    /// <summary>Where the bearer token comes from.</summary>
    public ITokenSource? Token { get; init; }

    /// <summary>User name of HTTP basic authentication; a token goes before it.</summary>
    public string? Username { get; init; }

    /// <summary>Password of HTTP basic authentication.</summary>
    public string? Password { get; init; }

    /// <summary>As whom to act, for which the credentials' owner needs permission.</summary>
    public Impersonation? Impersonate { get; init; }

    /// <summary>Proxy (<c>http</c>, <c>https</c> or <c>socks5</c>); <see langword="null"/>: what the environment says.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Namespace where the user does not name one.</summary>
    public string? Namespace { get; init; }

    /// <summary>The server and the kinds of credentials, for logs.</summary>
    public override string ToString()
    {
        List<string> credentials = [];
        if (ClientCertificate is not null)
        {
            credentials.Add("client certificate");
        }

        if (Token is not null)
        {
            credentials.Add("token");
        }

        if (Username is not null)
        {
            credentials.Add("password");
        }

        var server = Server.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        return $"{server} ({(credentials.Count == 0 ? "no credentials" : string.Join(" and ", credentials))})";
    }
}

/// <summary>As whom a client acts.</summary>
/// <param name="UserName">Name of the user.</param>
/// <param name="Uid">Identity of the user.</param>
/// <param name="Group">Group of the user.</param>
/// <param name="Extra">Anything else that authorization may look at.</param>
public sealed record Impersonation(string UserName, string? Uid, string? Group, IReadOnlyDictionary<string, string> Extra)
{
    /// <summary>Whether everything can stand in a header.</summary>
    internal bool IsPrintable => new[] { UserName, Uid ?? "", Group ?? "" }.Concat(Extra.Values)
        .All(text => text.All(character => character is >= ' ' and < '\x7f'));
}
