using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DpuCluster.Kubernetes.Client;

namespace DpuCluster.Kubernetes.Kubeconfig;

/// <summary>The connection that a pod has by its service account.</summary>
public static class InCluster
{
    /// <summary>Makes the configuration; <see langword="null"/> outside of a pod, or in one without a service account.</summary>
    /// <exception cref="KubeconfigException">There is a service account, and it cannot be used.</exception>
    public static ClientConfiguration? Find(KubeconfigEnvironment? environment = null)
    {
        environment ??= KubeconfigEnvironment.System;
        var (host, port) = (environment.Variable("KUBERNETES_SERVICE_HOST"), environment.Variable("KUBERNETES_SERVICE_PORT"));
        var token = Path.Combine(environment.ServiceAccountDirectory, "token");
        if (string.IsNullOrEmpty(host) || string.IsNullOrEmpty(port) || !File.Exists(token))
        {
            return null;
        }

        // An IPv6 address stands in brackets in an address, and without them in the variable.
        var authority = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";
        if (!Uri.TryCreate($"https://{authority}", UriKind.Absolute, out var server))
        {
            throw new KubeconfigException("(in cluster)", "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are no address");
        }

        return new ClientConfiguration
        {
            Server = server,
            CertificateAuthorities = Authorities(Path.Combine(environment.ServiceAccountDirectory, "ca.crt")),
            Token = new FileToken(token, environment.Clock),
            Namespace = Namespace(Path.Combine(environment.ServiceAccountDirectory, "namespace")),
        };
    }

    private static X509Certificate2Collection Authorities(string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new KubeconfigException("(in cluster)", $"{path} cannot be read ({exception.GetType().Name}); the service account must be mounted with its ca.crt", exception);
        }

        return certificates.Count > 0 ? certificates : throw new KubeconfigException("(in cluster)", $"{path} holds no certificate in PEM");
    }

    private static string? Namespace(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim() is { Length: > 0 } name ? name : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null; // Older mounts lack it; who needs a namespace then asks for one.
        }
    }
}
