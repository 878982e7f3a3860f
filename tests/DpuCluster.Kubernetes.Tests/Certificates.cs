using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DpuCluster.Kubernetes.Tests;

/// <summary>A certificate authority of a test's own, and what it signs.</summary>
internal sealed class Certificates
{
    private static readonly DateTimeOffset From = new(2019, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Until = DateTimeOffset.UtcNow.AddDays(1);

    public Certificates()
    {
        var request = new CertificateRequest("CN=test authority", ECDsa.Create(ECCurve.NamedCurves.nistP256), HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        Authority = request.CreateSelfSigned(From, Until);
    }

    public X509Certificate2 Authority { get; }

    public string AuthorityPem => Authority.ExportCertificatePem();

    /// <summary>A certificate with its key.</summary>
    public X509Certificate2 Sign(string name, string purpose, string? dns = null, IPAddress? address = null, DateTimeOffset? until = null)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        if (dns is not null || address is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            if (dns is not null)
            {
                names.AddDnsName(dns);
            }

            if (address is not null)
            {
                names.AddIpAddress(address);
            }

            request.CertificateExtensions.Add(names.Build());
        }

        return request.Create(Authority, From, until ?? Until, RandomNumberGenerator.GetBytes(8)).CopyWithPrivateKey(key);
    }

    public X509Certificate2 Server(string? dns = null, DateTimeOffset? until = null) =>
        Sign("server", "1.3.6.1.5.5.7.3.1", dns, dns is null ? IPAddress.Loopback : null, until);

    public X509Certificate2 Client() => Sign("client", "1.3.6.1.5.5.7.3.2");

    public static string KeyPem(X509Certificate2 certificate) => certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();
}
