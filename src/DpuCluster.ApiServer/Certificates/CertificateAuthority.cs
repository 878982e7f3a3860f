using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DpuCluster.ApiServer.Certificates;

/// <summary>
/// A certificate authority of its own for one cluster: ECDSA on P-256, ten years. It issues the certificates of servers and those of
/// clients, whose common name is the user and whose organizations are the groups, as Kubernetes reads them.
/// </summary>
public sealed class CertificateAuthority : IDisposable
{
    private static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(3650);
    private static readonly TimeSpan LeafLifetime = TimeSpan.FromDays(365);

    // A certificate that is valid from this very second on is not yet valid for a peer whose clock is a little behind.
    private static readonly TimeSpan Backdating = TimeSpan.FromMinutes(5);

    // Extended key usages of RFC 5280, section 4.2.1.12.
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2 _certificate;
    private readonly ECDsa _key;
    private readonly TimeProvider _clock;

    private CertificateAuthority(X509Certificate2 certificate, ECDsa key, TimeProvider clock)
    {
        _certificate = certificate;
        _key = key;
        _clock = clock;
        CertificatePem = certificate.ExportCertificatePem() + "\n";
    }

    /// <summary>The authority's certificate in PEM: what clients trust.</summary>
    public string CertificatePem { get; }

    /// <summary>The authority's private key in PEM (PKCS#8). A credential.</summary>
    public string PrivateKeyPem => _key.ExportPkcs8PrivateKeyPem() + "\n";

    internal X509Certificate2 Certificate => _certificate;

    /// <summary>Makes a new authority with a new key.</summary>
    /// <param name="commonName">Its name, such as <c>kubernetes</c>.</param>
    /// <param name="clock">Clock for the validity of what it issues; the system's when null.</param>
    public static CertificateAuthority Create(string commonName, TimeProvider? clock = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(commonName);
        clock ??= TimeProvider.System;
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(NameOf(commonName, []), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = clock.GetUtcNow();
        return new CertificateAuthority(request.CreateSelfSigned(now - Backdating, now + AuthorityLifetime), key, clock);
    }

    /// <summary>Takes up an authority that was made before.</summary>
    /// <param name="certificatePem">Its certificate.</param>
    /// <param name="privateKeyPem">Its private key.</param>
    /// <param name="clock">Clock for the validity of what it issues; the system's when null.</param>
    /// <exception cref="CryptographicException">What is given is not a certificate and its ECDSA key.</exception>
    public static CertificateAuthority Load(string certificatePem, string privateKeyPem, TimeProvider? clock = null)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(privateKeyPem);
            using var certificate = X509Certificate2.CreateFromPem(certificatePem);
            return new CertificateAuthority(certificate.CopyWithPrivateKey(key), key, clock ?? TimeProvider.System);
        }
        catch (ArgumentException exception)
        {
            key.Dispose();
            throw new CryptographicException("The private key does not belong to the certificate.", exception);
        }
        catch (CryptographicException)
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Issues the certificate of a server, valid for a year.</summary>
    /// <param name="commonName">Common name, such as <c>kube-apiserver</c>.</param>
    /// <param name="names">DNS names and IP addresses under which clients reach it.</param>
    public IssuedCertificate IssueServer(string commonName, IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (IPAddress.TryParse(name, out var address)) alternatives.AddIpAddress(address);
            else alternatives.AddDnsName(name);
        }

        return Issue(NameOf(commonName, []), ServerAuthentication, alternatives.Build());
    }

    /// <summary>Issues the certificate of a client, valid for a year.</summary>
    /// <param name="user">The user's name (common name).</param>
    /// <param name="groups">The user's groups (organizations).</param>
    public IssuedCertificate IssueClient(string user, IEnumerable<string> groups)
    {
        ArgumentException.ThrowIfNullOrEmpty(user);
        ArgumentNullException.ThrowIfNull(groups);
        return Issue(NameOf(user, groups), ClientAuthentication, null);
    }

    /// <summary>Whether a certificate is from this authority, for a server, and valid now by the machine's clock.</summary>
    public bool VouchesForServer(X509Certificate2 certificate) => Vouches(certificate, ServerAuthentication);

    /// <summary>Whether a certificate is from this authority, for a client, and valid now by the machine's clock.</summary>
    public bool VouchesForClient(X509Certificate2 certificate) => Vouches(certificate, ClientAuthentication);

    /// <inheritdoc/>
    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }

    private bool Vouches(X509Certificate2 certificate, string purpose)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new(purpose));
        return chain.Build(certificate);
    }

    private IssuedCertificate Issue(X500DistinguishedName subject, string purpose, X509Extension? alternatives)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        if (alternatives is not null) request.CertificateExtensions.Add(alternatives);

        var now = _clock.GetUtcNow();
        var end = now + LeafLifetime;
        if (end > _certificate.NotAfter) end = _certificate.NotAfter;
        using var issued = request.Create(_certificate, now - Backdating, end, RandomNumberGenerator.GetBytes(16));
        return new IssuedCertificate(issued.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    private static X500DistinguishedName NameOf(string commonName, IEnumerable<string> organizations)
    {
        var builder = new X500DistinguishedNameBuilder();
        foreach (var organization in organizations) builder.AddOrganizationName(organization);
        builder.AddCommonName(commonName);
        return builder.Build();
    }
}
