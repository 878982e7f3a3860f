using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace DpuCluster.Kubernetes.Kubeconfig;

/// <summary>Certificates and keys of a kubeconfig.</summary>
internal static class KubeconfigCertificates
{
    public static X509Certificate2Collection? Authorities(KubeconfigFields cluster) =>
        Find(cluster, "certificate-authority") is var (field, pem) ? Certificates(cluster, field, pem) : null;

    /// <summary>The client's certificate with its key, and the intermediate certificates that come with it.</summary>
    public static (X509Certificate2 Certificate, X509Certificate2Collection? Chain)? Client(KubeconfigFields user)
    {
        if (Find(user, "client-certificate") is not var (certificateField, certificate))
        {
            return Find(user, "client-key") is null
                ? null
                : throw user.Error("there is a client key, and no client certificate; add \"client-certificate-data\"");
        }

        if (Find(user, "client-key") is not var (keyField, key))
        {
            throw user.Error("there is a client certificate, and no client key; add \"client-key-data\"");
        }

        // Only for the sake of what it says where there is none.
        Dispose(Certificates(user, certificateField, certificate));
        if (key.Contains("ENCRYPTED", StringComparison.Ordinal))
        {
            throw user.Error($"field \"{keyField}\" is encrypted with a passphrase; put in the key without one");
        }

        return Client(certificate, key) ?? throw user.Error(
            $"field \"{keyField}\" is not the RSA or ECDSA private key, in PEM, that belongs to \"{certificateField}\"; put in the key that the certificate was made with");
    }

    /// <summary>The same from text; <see langword="null"/> where it is no PEM, or the two do not belong together.</summary>
    public static (X509Certificate2 Certificate, X509Certificate2Collection? Chain)? Client(string certificate, string key)
    {
        X509Certificate2 leaf;
        try
        {
            leaf = Usable(X509Certificate2.CreateFromPem(certificate, key));
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or NotSupportedException)
        {
            return null;
        }

        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(certificate);
        for (var i = chain.Count - 1; i >= 0; i--)
        {
            if (chain[i].RawDataMemory.Span.SequenceEqual(leaf.RawDataMemory.Span))
            {
                chain[i].Dispose();
                chain.RemoveAt(i);
            }
        }

        return (leaf, chain.Count > 0 ? chain : null);
    }

    /// <summary>The text that stands in the kubeconfig or in the file that it names, and the field that says so.</summary>
    private static (string Field, string Pem)? Find(KubeconfigFields fields, string file)
    {
        var inline = $"{file}-data";
        return fields.Base64(inline) is { } data ? (inline, Encoding.UTF8.GetString(data))
            : fields.File(file) is { } content ? (file, Encoding.UTF8.GetString(content))
            : null;
    }

    private static X509Certificate2Collection Certificates(KubeconfigFields fields, string field, string pem)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            throw fields.Error($"field \"{field}\" holds a certificate that cannot be read; put in a whole PEM file");
        }

        return certificates.Count > 0 ? certificates : throw fields.Error($"field \"{field}\" holds no certificate in PEM; put in a whole PEM file");
    }

    private static void Dispose(X509Certificate2Collection certificates)
    {
        foreach (var certificate in certificates)
        {
            certificate.Dispose();
        }
    }

    private static X509Certificate2 Usable(X509Certificate2 pair)
    {
        if (!OperatingSystem.IsWindows())
        {
            return pair;
        }

        // Windows does TLS only with keys that it keeps itself.
        using (pair)
        {
            return X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null);
        }
    }
}
