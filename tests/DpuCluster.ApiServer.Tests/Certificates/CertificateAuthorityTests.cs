using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DpuCluster.ApiServer.Certificates;

namespace DpuCluster.ApiServer.Tests.Certificates;

public sealed class CertificateAuthorityTests
{
    internal static CertificateAuthority NewAuthority() => CertificateAuthority.Create("test");

    [Fact]
    public void Server_certificate_is_good_for_its_names_and_addresses_only()
    {
        using var authority = NewAuthority();
        using var certificate = authority.IssueServer("server", ["localhost", "127.0.0.1"]).ToX509Certificate();
        certificate.MatchesHostname("localhost").ShouldBeTrue();
        certificate.MatchesHostname("127.0.0.1").ShouldBeTrue();
        certificate.MatchesHostname("example.com").ShouldBeFalse();
        certificate.HasPrivateKey.ShouldBeTrue();
    }

    [Fact]
    public void Client_certificate_names_the_user_and_the_groups()
    {
        using var authority = NewAuthority();
        using var certificate = authority.IssueClient("jo", ["devs", "ops"]).ToX509Certificate();
        certificate.SubjectName.EnumerateRelativeDistinguishedNames().Select(n => n.GetSingleElementValue()).ShouldBe(["devs", "ops", "jo"], ignoreOrder: true);
    }

    [Fact]
    public void Loaded_authority_issues_what_its_certificate_vouches_for()
    {
        using var authority = NewAuthority();
        using var loaded = CertificateAuthority.Load(authority.CertificatePem, authority.PrivateKeyPem);
        using var certificate = loaded.IssueClient("jo", []).ToX509Certificate();
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(authority.CertificatePem));
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.Build(certificate).ShouldBeTrue();
    }

    [Fact]
    public void Key_of_another_authority_is_refused()
    {
        using var authority = NewAuthority();
        using var other = NewAuthority();
        Should.Throw<CryptographicException>(() => CertificateAuthority.Load(authority.CertificatePem, other.PrivateKeyPem));
    }
}
