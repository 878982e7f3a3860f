using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DpuCluster.ApiServer.Certificates;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Standalone.KamajiStandIn;

/// <summary>What makes a control plane the one that it was: its authority, and the key of its tokens. Everything else derives from them.</summary>
/// <param name="Authority">Certificate and key of the authority; <see langword="null"/>: there is none that could be used.</param>
/// <param name="TokenKeyPem">The private key that signs tokens; <see langword="null"/>: there is none that could be used.</param>
internal sealed record TenantKeys(IssuedCertificate? Authority, string? TokenKeyPem)
{
    /// <summary>What Secrets have kept, in one form however it is written there. What cannot be used is as if it were not there.</summary>
    public static TenantKeys Of(Secret? authority, Secret? serviceAccounts) => new(
        AuthorityOf(Text(authority, TenantSecrets.AuthorityCertificateKey), Text(authority, TenantSecrets.AuthorityPrivateKey)),
        TokenKeyOf(Text(serviceAccounts, TenantSecrets.ServiceAccountKey)));

    /// <summary>A new key for signing tokens.</summary>
    public static string NewTokenKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Pem(key);
    }

    private static IssuedCertificate? AuthorityOf(string? certificate, string? key)
    {
        if (certificate is null || key is null)
        {
            return null;
        }

        try
        {
            using var parsed = X509Certificate2.CreateFromPem(certificate);
            using var authority = CertificateAuthority.Load(certificate, key);
            var mayIssue = parsed.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority);

            // As long as it lasts by the machine's clock, as peers hold it.
            return mayIssue && parsed.NotAfter > DateTime.Now ? new(authority.CertificatePem, authority.PrivateKeyPem) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static string? TokenKeyOf(string? pem)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            return Pem(key);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    private static string Pem(ECDsa key) => key.ExportPkcs8PrivateKeyPem() + "\n";

    private static string? Text(Secret? secret, string key) =>
        secret?.Data?.TryGetValue(key, out var bytes) is true ? Encoding.UTF8.GetString(bytes) : null;
}
