using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DpuCluster.ApiServer.Certificates;
using DpuCluster.Kubernetes.Kubeconfig;

namespace DpuCluster.Standalone.KamajiStandIn;

/// <summary>Whether what stands in a Secret of a control plane is still worth something: whoever made it, and whatever became of the authority since.</summary>
internal static class TenantCredentials
{
    /// <summary>Whether a Secret holds exactly this.</summary>
    public static bool IsSame(IReadOnlyDictionary<string, byte[]> content, Dictionary<string, byte[]> expected) =>
        content.Count == expected.Count
        && expected.All(entry => content.TryGetValue(entry.Key, out var there) && there.AsSpan().SequenceEqual(entry.Value));

    /// <summary>Whether there is a certificate with its key.</summary>
    /// <param name="content">What the Secret holds.</param>
    /// <param name="file">What both are called, without <c>.crt</c> and <c>.key</c>.</param>
    /// <param name="accepts">Whether the certificate itself is good.</param>
    public static bool IsPair(IReadOnlyDictionary<string, byte[]> content, string file, Func<X509Certificate2, bool> accepts)
    {
        if (!content.TryGetValue($"{file}.crt", out var certificate) || !content.TryGetValue($"{file}.key", out var key))
        {
            return false;
        }

        try
        {
            using var pair = X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(certificate), Encoding.UTF8.GetString(key));
            return accepts(pair);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>Whether there is a kubeconfig that leads to an address, trusts this authority and no other, and has a certificate from it.</summary>
    public static bool IsKubeconfig(IReadOnlyDictionary<string, byte[]> content, string file, Uri address, CertificateAuthority authority)
    {
        if (!content.TryGetValue(file, out var kubeconfig))
        {
            return false;
        }

        try
        {
            var connection = KubeconfigDocument.Parse(kubeconfig, file).ToConfiguration(null, KubeconfigPolicy.Untrusted);
            using var client = connection.ClientCertificate;
            return connection.Server == address
                && connection.CertificateAuthorities is [var trusted] && trusted.ExportCertificatePem() == authority.CertificatePem.TrimEnd()
                && client is not null && authority.VouchesForClient(client);
        }
        catch (KubeconfigException)
        {
            return false;
        }
    }
}
