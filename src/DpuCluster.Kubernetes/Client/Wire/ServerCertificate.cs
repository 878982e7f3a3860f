using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Kubernetes.Client;

/// <summary>Decides whether a server's certificate is good.</summary>
internal static class ServerCertificate
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    // What a certificate says of itself gets into logs and statuses; this leaves room for what is to be done about it.
    private const int MaxForeign = 80;

    public static RemoteCertificateValidationCallback? Validator(ClientConfiguration configuration)
    {
        if (configuration.SkipTlsVerify)
        {
#pragma warning disable CA5359 // It is what the user asked for, by that name; who may ask is decided where kubeconfigs are read.
            return static (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        var (authorities, name) = (configuration.CertificateAuthorities, configuration.TlsServerName);
        if (authorities is null && name is null)
        {
            return null;
        }

        // A mere "no" would reach the user as "rejected by the provided callback", whatever was wrong.
        return (sender, certificate, chain, errors) =>
            Problem(name ?? (sender as SslStream)?.TargetHostName, certificate as X509Certificate2, chain, errors) is { } problem
                ? throw new AuthenticationException(problem)
                : true;

        string? Problem(string? host, X509Certificate2? leaf, X509Chain? chain, SslPolicyErrors errors)
        {
            if (leaf is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
            {
                return "the server shows no certificate";
            }

            if (name is null ? errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) : !leaf.MatchesHostname(name, allowCommonName: false))
            {
                return $"the server's certificate is not for {host}, but for {Names(leaf)}: correct server or tls-server-name in the kubeconfig, or have a certificate made with that name";
            }

            return errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) && !(authorities is not null && EndsAtOneOf(authorities, chain))
                ? Distrust(chain)
                : null;
        }
    }

    /// <summary>How the chain of a server's certificate is built; null for the system's way.</summary>
    /// <remarks>
    /// With it, TLS builds the chain once, and with the user's authorities. Without it, it builds one first with all authorities that
    /// the system trusts, which for a thousand connections is the larger part of the work.
    /// </remarks>
    public static X509ChainPolicy? ChainPolicy(ClientConfiguration configuration)
    {
        if (configuration.CertificateAuthorities is not { } authorities || configuration.SkipTlsVerify)
        {
            return null;
        }

        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    private static string Distrust(X509Chain? chain)
    {
        var flags = FlagsOf(chain);
        if (flags.HasFlag(X509ChainStatusFlags.NotTimeValid)
            && chain!.ChainElements.FirstOrDefault(element => element.ChainElementStatus.Any(status => status.Status == X509ChainStatusFlags.NotTimeValid))?.Certificate is { } ended)
        {
            return $"the certificate {Printable(ended.Subject)} is good from {Day(ended.NotBefore)} to {Day(ended.NotAfter)} only: have it renewed, or set the clock";
        }

        // Authorities of one name and different keys are common: many clusters call theirs "kubernetes".
        return (flags & (X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.NotSignatureValid)) != 0
            ? "the server's certificate is of another authority than the kubeconfig's: put the authority of that server into certificate-authority-data"
            : $"the server's certificate is not trusted: {flags}";

        static string Day(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
    }

    private static string Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateIPAddresses().Select(address => address.ToString()).Concat(extension.EnumerateDnsNames()));
        return string.Join(", ", names) is { Length: > 0 } list ? Printable(list) : "no name at all";
    }

    private static string Printable(string foreign) => ForeignText.Printable(foreign, MaxForeign);

    private static X509ChainStatusFlags FlagsOf(X509Chain? chain) =>
        chain?.ChainStatus.Select(status => status.Status).Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one) ?? X509ChainStatusFlags.NoError;

    /// <summary>An authority that is itself signed by someone unknown is trusted all the same: the user named it.</summary>
    private static bool EndsAtOneOf(X509Certificate2Collection authorities, X509Chain? chain) =>
        chain is not null
        && FlagsOf(chain) == X509ChainStatusFlags.PartialChain
        && chain.ChainElements.Any(element => authorities.Any(authority => authority.RawDataMemory.Span.SequenceEqual(element.Certificate.RawDataMemory.Span)));
}
