using System.Globalization;
using System.Text;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Kubeconfig;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Client;

/// <summary>
/// Reads a kubeconfig that somebody else wrote: what <see cref="KubeconfigPolicy.Untrusted"/> refuses is refused, and by the
/// rules of this class whatever else an admin kubeconfig of a DPU cluster has no need of.
/// </summary>
/// <param name="place">The Secret and the key, for messages.</param>
/// <param name="options">What is allowed beyond the rules.</param>
internal sealed class KubeconfigReader(string place, DpuKubeconfigOptions options)
{
    public const string MinifyCommand = "kubectl config view --raw --flatten --minify";

    private const string WriteAnew = $"write the kubeconfig anew, as `{MinifyCommand}` does";

    /// <param name="content">The kubeconfig.</param>
    /// <exception cref="DpuKubeconfigException">It breaks a rule.</exception>
    public ClientConfiguration Read(byte[] content)
    {
        try
        {
            return Read(KubeconfigDocument.Parse(content, place));
        }
        catch (KubeconfigException exception) when (exception.InnerException is YamlFormatException yaml)
        {
            // Not the exception's own words: in a file that is no YAML, anything may pass for a key.
            throw new DpuKubeconfigException(string.Create(
                CultureInfo.InvariantCulture,
                $"{place}: it is not one YAML document (line {yaml.Line}, column {yaml.Column}): {WriteAnew}"));
        }
        catch (KubeconfigException exception)
        {
            throw new DpuKubeconfigException(IsBase64OfText(content)
                ? $"{place}: it is encoded in base64 twice: encode it once under data, or put it as it is under stringData"
                : $"{place}: {exception.Finding}");
        }
    }

    private ClientConfiguration Read(KubeconfigDocument document)
    {
        var (cluster, user) = (TheOnly("clusters", document.Clusters), TheOnly("users", document.Users));
        // One cluster and one user leave no choice where no context is current.
        var context = CurrentContext(document, cluster, user) ?? KubeconfigContext.Create("current", cluster.Name, user.Name);
        RefuseImpersonation(user);
        RefuseInsecurity(cluster);
        if (user.Has("username") && !user.Has("password"))
        {
            throw Refusal($"{user}: there is a user name, and no password; add \"password\"");
        }

        var configuration = KubeconfigDocument.Create(cluster, user, context).ToConfiguration(null, KubeconfigPolicy.Untrusted);
        return configuration is { ClientCertificate: null, Token: null, Username: null }
            ? throw Refusal($"{user} has no credentials; put in client-certificate-data and client-key-data, or a token")
            : configuration;
    }

    private T TheOnly<T>(string list, IReadOnlyList<T> entries) => entries switch
    {
        [var only] => only,
        [] => throw Refusal($"{list} has no entry: exactly one is accepted; put in the one that is meant"),
        _ => throw Refusal($"{list} has {entries.Count} entries: exactly one is accepted; keep the right one, as `{MinifyCommand}` does"),
    };

    private KubeconfigContext? CurrentContext(KubeconfigDocument document, KubeconfigCluster cluster, KubeconfigUser user)
    {
        if (document.CurrentContext is not { } name)
        {
            return null;
        }

        var context = document.Contexts.FirstOrDefault(each => each.Name == name)
            ?? throw Refusal("field \"current-context\" names a context that is not defined; correct it, or remove it");
        return context.Cluster != cluster.Name ? throw Refusal($"{context}: field \"cluster\" is not the only cluster's name; correct it, or remove current-context")
            : context.User != user.Name ? throw Refusal($"{context}: field \"user\" is not the only user's name; correct it, or remove current-context")
            : context;
    }

    private void RefuseImpersonation(KubeconfigUser user)
    {
        foreach (var field in (ReadOnlySpan<string>)["as", "as-uid", "as-groups", "as-user-extra"])
        {
            if (user.Has(field))
            {
                throw Refusal($"{user}: field \"{field}\" is refused, since it asks to act as somebody else; use the credentials of that user");
            }
        }
    }

    private void RefuseInsecurity(KubeconfigCluster cluster)
    {
        if (cluster.Server?.StartsWith("http://", StringComparison.OrdinalIgnoreCase) is true)
        {
            throw Refusal($"{cluster}: field \"server\" does not begin with https://: credentials are sent over TLS only; write the address of the API server, such as https://10.0.110.10:6443");
        }

        if (cluster.InsecureSkipTlsVerify && !options.AllowInsecure)
        {
            throw Refusal(
                $"{cluster}: field \"insecure-skip-tls-verify\" is refused, since anybody on the way could pass for the DPU cluster; "
                + "put the certificate authority into certificate-authority-data (or start the process with --allow-insecure-dpu-clusters)");
        }
    }

    private DpuKubeconfigException Refusal(string finding) => new($"{place}: {finding}");

    private static bool IsBase64OfText(byte[] content)
    {
        var text = Encoding.UTF8.GetString(content);
        var decoded = new byte[text.Length];
        return Convert.TryFromBase64String(text, decoded, out var length) && decoded.AsSpan(0, length).IndexOf("clusters"u8) >= 0;
    }
}
