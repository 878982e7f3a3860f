using System.Diagnostics.CodeAnalysis;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Client;

/// <summary>
/// The admin kubeconfig of a DPU cluster, read from its Secret and found to keep the rules: exactly one cluster and one
/// user, an <c>https</c> server, and inline credentials. Nothing that it says is ever run or read from a file.
/// </summary>
/// <remarks>
/// <para>
/// Refused: <c>exec</c> and <c>auth-provider</c> entries; file references (<c>certificate-authority</c>,
/// <c>client-certificate</c>, <c>client-key</c>, <c>tokenFile</c>); impersonation; more than 1 MiB; no credentials at all;
/// <c>insecure-skip-tls-verify</c>, unless <see cref="DpuKubeconfigOptions.AllowInsecure"/> says otherwise.
/// </para>
/// <para>
/// Accepted although they are unusual: no contexts or no current context (one cluster and one user leave no choice); no
/// certificate authority (the system's then vouch for the server); a token, a client certificate, both, or user name and
/// password; <c>proxy-url</c>; <c>tls-server-name</c>; a client certificate that has expired (the server says so when it is
/// asked, and <see cref="ClientCertificateNotAfter"/> lets one say it earlier). A current context that exists in name only,
/// or belongs to another cluster or user, is refused: other programs could not use the kubeconfig.
/// </para>
/// </remarks>
public sealed class DpuKubeconfig : IDisposable
{
    /// <summary>The most bytes that a kubeconfig may have: 1 MiB.</summary>
    public const int MaxBytes = 1024 * 1024;

    internal DpuKubeconfig(string secretKey, ClientConfiguration configuration)
    {
        SecretKey = secretKey;
        Configuration = configuration;
        // Local time is how .NET gives it.
        ClientCertificateNotAfter = configuration.ClientCertificate is { } certificate
            ? new DateTimeOffset(certificate.NotAfter).ToUniversalTime()
            : null;
    }

    /// <summary>The keys of a Secret under which a kubeconfig is looked for, the first that holds anything wins.</summary>
    public static IReadOnlyList<string> SecretKeys { get; } = ["admin.conf", "super-admin.conf", "value", "kubeconfig"];

    /// <summary>The key of the Secret under which the kubeconfig was found.</summary>
    public string SecretKey { get; }

    /// <summary>What a client needs to connect; its certificates live as long as this object.</summary>
    public ClientConfiguration Configuration { get; }

    /// <summary>Address of the DPU cluster's API server.</summary>
    public Uri Server => Configuration.Server;

    /// <summary>When the client certificate expires, in UTC; <see langword="null"/> where there is none.</summary>
    public DateTimeOffset? ClientCertificateNotAfter { get; }

    /// <summary>Reads the kubeconfig of a Secret.</summary>
    /// <param name="secret">The Secret.</param>
    /// <param name="options">What is allowed beyond the rules; nothing where it is absent.</param>
    /// <exception cref="DpuKubeconfigException">It is missing, cannot be read or breaks a rule; the message says what to do.</exception>
    public static DpuKubeconfig Read(Secret secret, DpuKubeconfigOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(secret);
        var (key, content) = SecretContent.Find(secret);
        var place = $"Secret {secret.Key}, key {key}";
        return new(key, new KubeconfigReader(place, options ?? new()).Read(content));
    }

    /// <summary>Reads the kubeconfig of a Secret, where a refusal is nothing exceptional.</summary>
    /// <param name="secret">The Secret.</param>
    /// <param name="options">What is allowed beyond the rules; nothing where it is absent.</param>
    /// <param name="kubeconfig">The kubeconfig, where it is accepted.</param>
    /// <param name="refusal">Otherwise a sentence that names Secret, key, field and remedy, without any credential.</param>
    /// <returns>Whether the kubeconfig is accepted.</returns>
    public static bool TryRead(
        Secret secret,
        DpuKubeconfigOptions? options,
        [NotNullWhen(true)] out DpuKubeconfig? kubeconfig,
        [NotNullWhen(false)] out string? refusal)
    {
        try
        {
            kubeconfig = Read(secret, options);
            refusal = null;
            return true;
        }
        catch (DpuKubeconfigException exception)
        {
            kubeconfig = null;
            refusal = exception.Message;
            return false;
        }
    }

    /// <summary>Frees the certificates and the private key; clients made of <see cref="Configuration"/> must be done with.</summary>
    public void Dispose()
    {
        Configuration.ClientCertificate?.Dispose();
        foreach (var certificate in Configuration.ClientCertificateChain ?? [])
        {
            certificate.Dispose();
        }

        foreach (var certificate in Configuration.CertificateAuthorities ?? [])
        {
            certificate.Dispose();
        }
    }

    /// <summary>The key, the server and the kinds of credentials, for logs.</summary>
    public override string ToString() => $"{SecretKey}: {Configuration}";
}
