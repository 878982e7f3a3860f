using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace DpuCluster.Client.Tests;

/// <summary>A certificate authority for one test run.</summary>
internal static class TestCertificates
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private static readonly X509Certificate2 Authority = MakeAuthority();

    /// <summary>The authority's certificate, as it stands in a kubeconfig.</summary>
    public static string AuthorityData { get; } = Data(Authority.ExportCertificatePem());

    /// <summary>A client certificate and its key, as they stand in a kubeconfig.</summary>
    public static (string Certificate, string Key) Client(string name, DateTimeOffset? notAfter = null)
    {
        using var certificate = Issue(name, notAfter ?? Now.AddDays(365), serverName: null);
        using var key = certificate.GetECDsaPrivateKey()!;
        return (Data(certificate.ExportCertificatePem()), Data(key.ExportPkcs8PrivateKeyPem()));
    }

    /// <summary>A certificate with its key for a server on loopback.</summary>
    public static X509Certificate2 Server() => Issue("server", Now.AddDays(365), "localhost");

    public static string Data(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static X509Certificate2 MakeAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(Now.AddDays(-3650), Now.AddDays(3650));
    }

    private static X509Certificate2 Issue(string name, DateTimeOffset notAfter, string? serverName)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        if (serverName is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(serverName);
            names.AddIpAddress(System.Net.IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
        }

        using var certificate = request.Create(Authority, Now.AddDays(-3000), notAfter, RandomNumberGenerator.GetBytes(12));
        return certificate.CopyWithPrivateKey(key);
    }
}
