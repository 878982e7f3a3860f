using System.Security.Cryptography.X509Certificates;

namespace DpuCluster.ApiServer.Certificates;

/// <summary>A certificate and its private key, both in PEM, as they stand in a kubeconfig or in the files of a server.</summary>
/// <param name="CertificatePem">The certificate (<c>BEGIN CERTIFICATE</c>).</param>
/// <param name="PrivateKeyPem">The private key in PKCS#8 (<c>BEGIN PRIVATE KEY</c>). A credential: keep it out of logs.</param>
public sealed record IssuedCertificate(string CertificatePem, string PrivateKeyPem)
{
    /// <summary>The certificate with its key, for TLS. The caller disposes of it.</summary>
    public X509Certificate2 ToX509Certificate() => X509Certificate2.CreateFromPem(CertificatePem, PrivateKeyPem);

    /// <summary>Names the subject only: a record's text would have the key in it.</summary>
    public override string ToString() => nameof(IssuedCertificate);
}
