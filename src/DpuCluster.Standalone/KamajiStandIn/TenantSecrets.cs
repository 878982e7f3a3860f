using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DpuCluster.ApiServer;
using DpuCluster.ApiServer.Certificates;

namespace DpuCluster.Standalone.KamajiStandIn;

/// <summary>One Secret of a control plane: what it is called behind the control plane's name, and how its content is made.</summary>
/// <param name="Component">Name without the prefix, such as <c>admin-kubeconfig</c>.</param>
/// <param name="Lifecycle">What of it expires: <c>x509</c>, <c>kubeconfig</c>, or nothing.</param>
/// <param name="Make">Makes new content.</param>
/// <param name="IsGood">Whether content, new or old, goes with the control plane as it runs.</param>
internal sealed record TenantSecret(
    string Component, string? Lifecycle, Func<Dictionary<string, byte[]>> Make, Func<IReadOnlyDictionary<string, byte[]>, bool> IsGood);

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
        string[] masters = ["system:masters"];
        return
        [
            Fixed(Authority, new()
            {
                [AuthorityCertificateKey] = Text(authority.CertificatePem),
                [AuthorityPrivateKey] = Text(authority.PrivateKeyPem),
                ["tls.crt"] = Text(authority.CertificatePem),
                ["tls.key"] = Text(authority.PrivateKeyPem),
            }),
            Pair("front-proxy-ca-certificate", null, "front-proxy-ca", NewFrontProxy, _ => true),
            Fixed(ServiceAccounts, new() { ["sa.pub"] = Text(PublicKey(tokenKeyPem)), [ServiceAccountKey] = Text(tokenKeyPem) }),
            Pair("api-server-certificate", Certificate, "apiserver", () => authority.IssueServer("kube-apiserver", names), authority.VouchesForServer),
            Client("api-server-kubelet-client-certificate", "apiserver-kubelet-client", "kube-apiserver-kubelet-client", ["system:masters"]),
            Client("front-proxy-client-certificate", "front-proxy-client", "front-proxy-client", []),
            Configs(
                AdminKubeconfig,
                ("admin.conf", "kubernetes-admin", masters, server.Address),
                ("admin.svc", "kubernetes-admin", masters, inCluster),
                ("super-admin.conf", "kubernetes-super-admin", masters, server.Address),
                ("super-admin.svc", "kubernetes-super-admin", masters, inCluster)),
            Configs("controller-manager-kubeconfig", ("controller-manager.conf", "system:kube-controller-manager", [], server.Address)),
            Configs("scheduler-kubeconfig", ("scheduler.conf", "system:kube-scheduler", [], server.Address)),
        ];

        TenantSecret Client(string component, string file, string user, string[] groups) =>
            Pair(component, Certificate, file, () => authority.IssueClient(user, groups), authority.VouchesForClient);

        TenantSecret Configs(string component, params (string File, string User, string[] Groups, Uri Address)[] configs) => new(
            component,
            Kubeconfig,
            () => configs.ToDictionary(config => config.File, config => Text(server.Kubeconfig(config.User, config.Groups, config.Address).Write())),
            content => configs.All(config => TenantCredentials.IsKubeconfig(content, config.File, config.Address, authority)));
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

    private static string PublicKey(string tokenKeyPem)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(tokenKeyPem);
        return key.ExportSubjectPublicKeyInfoPem() + "\n";
    }

    /// <summary>One whose content follows from the keys.</summary>
    private static TenantSecret Fixed(string component, Dictionary<string, byte[]> content) =>
        new(component, null, () => content, there => TenantCredentials.IsSame(there, content));

    private static TenantSecret Pair(
        string component, string? lifecycle, string file, Func<IssuedCertificate> issue, Func<X509Certificate2, bool> accepts) => new(
            component,
            lifecycle,
            () =>
            {
                var issued = issue();
                return new() { [$"{file}.crt"] = Text(issued.CertificatePem), [$"{file}.key"] = Text(issued.PrivateKeyPem) };
            },
            content => TenantCredentials.IsPair(content, file, accepts));

    /// <summary>Nothing is aggregated behind these control planes: an authority that nobody is asked to trust.</summary>
    private static IssuedCertificate NewFrontProxy()
    {
        using var frontProxy = CertificateAuthority.Create("front-proxy-ca");
        return new(frontProxy.CertificatePem, frontProxy.PrivateKeyPem);
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
