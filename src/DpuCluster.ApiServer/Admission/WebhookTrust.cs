using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DpuCluster.ApiServer.Admission;

/// <summary>
/// Decides whether the certificate of a webhook is to be trusted: by the bundle of its configuration, or, where there is none, by
/// the authorities of the system. What is wrong is said in the words that a real server uses, in the order in which it looks.
/// </summary>
internal sealed class WebhookTrust
{
    private readonly X509Certificate2Collection _authorities = [];
    private readonly TimeProvider _clock;

    /// <param name="bundle">PEM, or empty for the authorities of the system.</param>
    /// <param name="clock">Clock of expiry.</param>
    /// <exception cref="CryptographicException">The bundle holds no certificate.</exception>
    public WebhookTrust(byte[] bundle, TimeProvider clock)
    {
        _clock = clock;
        if (bundle.Length == 0) return;
        _authorities.ImportFromPem(System.Text.Encoding.ASCII.GetString(bundle));
        if (_authorities.Count == 0) throw new CryptographicException("unable to parse bytes as PEM block");
    }

    /// <summary>Checks the certificate of a connection.</summary>
    /// <exception cref="AuthenticationException">It is not to be trusted.</exception>
    public bool Check(X509Certificate? presented, X509Chain? chain, SslPolicyErrors errors, string host)
    {
        if (presented is not X509Certificate2 certificate) throw new AuthenticationException("tls: server didn't provide a certificate");
        var now = _clock.GetUtcNow();
        if (now > certificate.NotAfter.ToUniversalTime())
            throw Rejected($"certificate has expired or is not yet valid: current time {Time(now)} is after {Time(certificate.NotAfter.ToUniversalTime())}");
        if (now < certificate.NotBefore.ToUniversalTime())
            throw Rejected($"certificate has expired or is not yet valid: current time {Time(now)} is before {Time(certificate.NotBefore.ToUniversalTime())}");
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) throw Rejected(OtherName(certificate, host));
        if (_authorities.Count == 0 ? errors == SslPolicyErrors.None : IsIssuedByBundle(certificate, chain)) return true;
        throw Rejected("certificate signed by unknown authority");
    }

    private bool IsIssuedByBundle(X509Certificate2 certificate, X509Chain? presented)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        chain.ChainPolicy.VerificationTime = _clock.GetUtcNow().LocalDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        if (presented is not null)
            foreach (var element in presented.ChainElements) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        if (chain.Build(certificate)) return true;

        // What stands in the bundle is trusted even if it is not a root itself: the certificate of the webhook, say.
        const X509ChainStatusFlags incomplete = X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot;
        return chain.ChainStatus.All(status => (status.Status & ~incomplete) == 0)
            && chain.ChainElements.Any(element => _authorities.Any(trusted => trusted.RawDataMemory.Span.SequenceEqual(element.Certificate.RawDataMemory.Span)));
    }

    private static string OtherName(X509Certificate2 certificate, string host)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        var addresses = names?.EnumerateIPAddresses().Select(address => address.ToString()).ToList() ?? [];
        var hosts = names?.EnumerateDnsNames().ToList() ?? [];
        if (IPAddress.TryParse(host, out _))
        {
            return addresses.Count == 0
                ? $"cannot validate certificate for {host} because it doesn't contain any IP SANs"
                : $"certificate is valid for {string.Join(", ", addresses)}, not {host}";
        }

        return hosts.Count == 0
            ? $"certificate is not valid for any names, but wanted to match {host}"
            : $"certificate is valid for {string.Join(", ", hosts)}, not {host}";
    }

    private static AuthenticationException Rejected(string why) => new($"tls: failed to verify certificate: x509: {why}");

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
