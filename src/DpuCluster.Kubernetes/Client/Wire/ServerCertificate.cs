using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DpuCluster.Kubernetes.Client;

/// <summary>Decides whether a server's certificate is good.</summary>
internal static class ServerCertificate
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

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

        return (_, certificate, chain, errors) =>
            certificate is X509Certificate2 leaf
            && !errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable)
            && (name is null ? !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) : leaf.MatchesHostname(name, allowCommonName: false))
            && (!errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) || (authorities is not null && EndsAtOneOf(authorities, chain)));
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

    /// <summary>An authority that is itself signed by someone unknown is trusted all the same: the user named it.</summary>
    private static bool EndsAtOneOf(X509Certificate2Collection authorities, X509Chain? chain) =>
        chain is not null
        && chain.ChainStatus.Select(status => status.Status).Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one) == X509ChainStatusFlags.PartialChain
        && chain.ChainElements.Any(element => authorities.Any(authority => authority.RawDataMemory.Span.SequenceEqual(element.Certificate.RawDataMemory.Span)));
}
