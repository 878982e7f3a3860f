using System.Security.Cryptography;
using System.Text;
using DpuCluster.ApiServer;
using DpuCluster.ApiServer.Certificates;

namespace DpuCluster.Standalone.KamajiStandIn;

/// <summary>One Secret of a control plane: what it is called behind the control plane's name, and how its content is made.</summary>
/// <param name="Component">Name without the prefix, such as <c>admin-kubeconfig</c>.</param>
/// <param name="Lifecycle">What of it expires: <c>x509</c>, <c>kubeconfig</c>, or nothing.</param>
/// <param name="Make">Makes new content.</param>
internal sealed record TenantSecret(string Component, string? Lifecycle, Func<Dictionary<string, byte[]>> Make);

/// <summary>
/// The Secrets that Kamaji writes for a control plane, in its order and with its keys. There is no data store here, and therefore none of
/// the Secrets for one.
/// </summary>
internal static class TenantSecrets
{
    public const string Authority = "ca";

    public const string ServiceAccounts = "sa-certificate";

    public const string AdminKubeconfig = "admin-kubeconfig";

    public const string AuthorityCertificateKey = "ca.crt";

    public const string AuthorityPrivateKey = "ca.key";

    public const string ServiceAccountKey = "sa.key";

    /// <summary>Lifecycle of Secrets that hold a kubeconfig.</summary>
    public const string Kubeconfig = "kubeconfig";

    private const string Certificate = "x509";

    /// <param name="server">The running control plane.</param>
    /// <param name="tokenKeyPem">The private key that signs its tokens.</param>
    /// <param name="names">What the control plane is reached as.</param>
    /// <param name="inCluster">Where pods of the host cluster would reach it.</param>
    public static IReadOnlyList<TenantSecret> Of(EmbeddedApiServer server, string tokenKeyPem, IReadOnlyList<string> names, Uri inCluster)
    {
        var authority = server.CertificateAuthority;
        return
        [
            new(Authority, null, () => new()
            {
                [AuthorityCertificateKey] = Text(authority.CertificatePem),
                [AuthorityPrivateKey] = Text(authority.PrivateKeyPem),
                ["tls.crt"] = Text(authority.CertificatePem),
                ["tls.key"] = Text(authority.PrivateKeyPem),
            }),
            new("front-proxy-ca-certificate", null, () =>
            {
                // Nothing is aggregated behind these control planes: an authority that nobody is asked to trust.
                using var frontProxy = CertificateAuthority.Create("front-proxy-ca");
                return Pair("front-proxy-ca", new(frontProxy.CertificatePem, frontProxy.PrivateKeyPem));
            }),
            new(ServiceAccounts, null, () => new() { ["sa.pub"] = Text(PublicKey(tokenKeyPem)), [ServiceAccountKey] = Text(tokenKeyPem) }),
            new("api-server-certificate", Certificate, () => Pair("apiserver", authority.IssueServer("kube-apiserver", names))),
            new("api-server-kubelet-client-certificate", Certificate, () =>
                Pair("apiserver-kubelet-client", authority.IssueClient("kube-apiserver-kubelet-client", ["system:masters"]))),
            new("front-proxy-client-certificate", Certificate, () => Pair("front-proxy-client", authority.IssueClient("front-proxy-client", []))),
            new(AdminKubeconfig, Kubeconfig, () => new()
            {
                ["admin.conf"] = Config(server, "kubernetes-admin", null),
                ["admin.svc"] = Config(server, "kubernetes-admin", inCluster),
                ["super-admin.conf"] = Config(server, "kubernetes-super-admin", null),
                ["super-admin.svc"] = Config(server, "kubernetes-super-admin", inCluster),
            }),
            new("controller-manager-kubeconfig", Kubeconfig, () => new()
            {
                ["controller-manager.conf"] = Config(server, "system:kube-controller-manager", null, groups: []),
            }),
            new("scheduler-kubeconfig", Kubeconfig, () => new() { ["scheduler.conf"] = Config(server, "system:kube-scheduler", null, groups: []) }),
        ];
    }

    /// <summary>A name of the content, by which a change of it is noticed.</summary>
    public static string Checksum(IReadOnlyDictionary<string, byte[]> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (key, value) in content.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Text(key));
            hash.AppendData(value);
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>A new key for signing tokens.</summary>
    public static string NewTokenKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    private static string PublicKey(string tokenKeyPem)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(tokenKeyPem);
        return key.ExportSubjectPublicKeyInfoPem() + "\n";
    }

    private static byte[] Config(EmbeddedApiServer server, string user, Uri? address, string[]? groups = null) =>
        Text(server.Kubeconfig(user, groups ?? ["system:masters"], address).Write());

    private static Dictionary<string, byte[]> Pair(string file, IssuedCertificate certificate) => new()
    {
        [$"{file}.crt"] = Text(certificate.CertificatePem),
        [$"{file}.key"] = Text(certificate.PrivateKeyPem),
    };

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
