using System.Net;
using DpuCluster.Api;
using DpuCluster.ApiServer;
using DpuCluster.Kubernetes;
using DpuCluster.Kubernetes.Resources;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Standalone.KamajiStandIn;

/// <summary>A control plane that runs in this process.</summary>
/// <remarks>
/// Its address is <c>https://127.0.0.1:NODEPORT</c>, and so say its kubeconfigs: on a real site they would have the virtual IP, which no
/// interface of a developer's machine has. The certificate is good for that address too.
/// </remarks>
internal sealed class RunningTenant : IAsyncDisposable
{
    private RunningTenant(EmbeddedApiServer server, string uid, int port, TenantKeys keys, IReadOnlyList<TenantSecret> secrets)
    {
        Server = server;
        Uid = uid;
        Port = port;
        Keys = keys;
        Secrets = secrets;
    }

    public EmbeddedApiServer Server { get; }

    /// <summary>Identity of the TenantControlPlane that it was started for.</summary>
    public string Uid { get; }

    /// <summary>The port that was asked for; 0 where any was good.</summary>
    public int Port { get; }

    /// <summary>Its authority and the key of its tokens; none is missing.</summary>
    public TenantKeys Keys { get; }

    public IReadOnlyList<TenantSecret> Secrets { get; }

    /// <summary>Resource versions at which its Secrets were seen to be good, by component.</summary>
    public Dictionary<string, string> Good { get; } = [];

    /// <summary>What a server reports where this version of Kubernetes was asked for: that version, and that it is none.</summary>
    public static string VersionFor(string? kubernetes) => $"{kubernetes}+dpucluster";

    /// <summary>Starts a control plane, with authority and keys of the time before where Secrets have kept them.</summary>
    /// <exception cref="IOException">The port cannot be listened on.</exception>
    /// <exception cref="ArgumentException">The version is none.</exception>
    /// <exception cref="UserErrorException">The data directory is damaged, or cannot be used.</exception>
    public static async Task<RunningTenant> StartAsync(
        TenantControlPlane tenant,
        Service service,
        TenantKeys keys,
        string? dataDirectory,
        TimeProvider clock,
        ILoggerFactory loggers,
        CancellationToken cancellation)
    {
        var (ns, name) = (tenant.Metadata.Namespace!, tenant.Metadata.Name!);
        var names = Names(tenant, service);
        var tokenKey = keys.TokenKeyPem ?? TenantKeys.NewTokenKey();
        var port = TenantPort.ListenOn(service);
        var server = await EmbeddedApiServer.StartAsync(
            new()
            {
                Name = name,
                Version = VersionFor(tenant.Spec?.Kubernetes?.Version),
                Port = port,
                DataDirectory = dataDirectory,
                ExtraNames = names,
                AuthorityCertificatePem = keys.Authority?.CertificatePem,
                AuthorityKeyPem = keys.Authority?.PrivateKeyPem,
                TokenKeyPem = tokenKey,
                Clock = clock,
                LoggerFactory = loggers,
            },
            cancellation).ConfigureAwait(false);
        var inCluster = new UriBuilder(Uri.UriSchemeHttps, $"{name}.{ns}.svc", tenant.Spec?.NetworkProfile?.Port ?? 6443).Uri;
        var authority = server.CertificateAuthority;
        var own = new TenantKeys(new(authority.CertificatePem, authority.PrivateKeyPem), tokenKey);
        return new(server, tenant.Metadata.Uid!, port, own, TenantSecrets.Of(server, tokenKey, names, inCluster));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private static List<string> Names(TenantControlPlane tenant, Service service)
    {
        var (ns, name) = (tenant.Metadata.Namespace!, tenant.Metadata.Name!);
        List<string> names = ["localhost", "127.0.0.1", name, $"{name}.{ns}", $"{name}.{ns}.svc", $"{name}.{ns}.svc.cluster.local"];
        if (IPAddress.TryParse(tenant.Spec?.NetworkProfile?.Address, out var address))
        {
            names.Add(address.ToString());
        }

        if (service.Spec?.Extra?.TryGetValue("clusterIP", out var clusterAddress) is true && IPAddress.TryParse(clusterAddress.GetString(), out var inside))
        {
            names.Add(inside.ToString());
        }

        if (tenant.Spec?.NetworkProfile?.Extra?.TryGetValue("certSANs", out var more) is true && more.ValueKind == System.Text.Json.JsonValueKind.Array)
        {
            names.AddRange(more.EnumerateArray().Select(one => one.GetString()).OfType<string>());
        }

        return names;
    }
}
